package io.weft.core.instrument;

import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells a library's version from where its classes lie. */
final class LibraryVersion {
  private static final Pattern JAR = Pattern.compile("-(\\d[^/!]*)\\.jar(?:[!/].*)?$");

  private LibraryVersion() {}

  /** The version; empty if its jar's name does not tell. */
  static String of(@Nullable ClassLoader loader, @Nullable ProtectionDomain domain) {
    if (loader == null || loader == ClassLoader.getPlatformClassLoader()) {
      return System.getProperty("java.version", "");
    }
    CodeSource source = domain == null ? null : domain.getCodeSource();
    if (source == null || source.getLocation() == null) {
      return "";
    }
    Matcher jar = JAR.matcher(source.getLocation().toString());
    return jar.find() ? jar.group(1) : "";
  }
}
