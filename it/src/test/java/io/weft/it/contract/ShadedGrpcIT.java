package io.weft.it.contract;

import io.weft.it.process.Artifacts;
import java.util.List;

/** The newest gRPC with its own copy of Netty, as the demo has it. */
class ShadedGrpcIT extends GrpcContract {
  ShadedGrpcIT() {
    super(
        TestApps.compiled(
            "GrpcApp",
            "grpc-shaded",
            List.of(Artifacts.existing("demo-apps/orders/target/orders.jar"))));
  }
}
