package io.weft.it.contract;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.util.List;

/** The JDK's HttpServer on the newest JDK found. */
class NewestJdkHttpServerIT extends ServerContract {
  @Override
  JavaProcess.Builder application() {
    return JavaProcess.of("HttpServer")
        .jdk(Jdk.newest())
        .main(List.of(TestApps.classes()), JdkServerApp.class.getName());
  }

  @Override
  JavaProcess.Builder besieged() {
    return application().option("-Dthreads=4");
  }

  @Override
  boolean flooded() {
    return true;
  }
}
