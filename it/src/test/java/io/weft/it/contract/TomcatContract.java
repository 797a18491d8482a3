package io.weft.it.contract;

import io.weft.it.process.JavaProcess;
import java.nio.file.Path;
import java.util.List;

/** An embedded Tomcat. */
abstract class TomcatContract extends ServerContract {
  private final List<Path> classPath;

  TomcatContract(String library, boolean javax) {
    this.classPath = TestApps.compiled("TomcatApp", library, javax);
  }

  @Override
  JavaProcess.Builder application() {
    return JavaProcess.of("Tomcat").main(classPath, "TomcatApp", classPath.get(0).toString());
  }

  @Override
  JavaProcess.Builder besieged() {
    return application().option("-Dnarrow=9").option("-Xmx384m");
  }
}
