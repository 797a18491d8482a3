package io.weft.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Weft.class.getPackage().getImplementationVersion();
    return new String[] {"weft " + (version == null ? "(not packaged)" : version)};
  }
}
