package io.weft.it.contract;

import io.weft.it.process.JavaProcess;
import java.nio.file.Path;
import java.util.List;

/** An embedded Tomcat. */
abstract class TomcatAuthorizationContract extends AuthorizationContract {
  private final List<Path> classPath;

  TomcatAuthorizationContract(String library, boolean javax) {
    this.classPath = TestApps.compiled("TomcatApp", library, javax);
  }

  @Override
  JavaProcess.Builder application() {
    return JavaProcess.of("Tomcat").main(classPath, "TomcatApp", classPath.get(0).toString());
  }

  @Override
  boolean showsCertificates() {
    return true;
  }

  @Override
  boolean speaksHttp2() {
    return true;
  }
}
