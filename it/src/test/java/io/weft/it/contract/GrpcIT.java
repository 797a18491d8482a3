package io.weft.it.contract;

import io.weft.it.process.Artifacts;
import java.util.List;

/** The newest gRPC on Netty, as control itself has it. */
class GrpcIT extends GrpcContract {
  GrpcIT() {
    super(TestApps.compiled("GrpcApp", "grpc", List.of(Artifacts.cliJar())));
  }

  @Override
  boolean flooded() {
    return true;
  }
}
