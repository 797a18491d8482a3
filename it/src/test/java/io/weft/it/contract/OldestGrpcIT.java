package io.weft.it.contract;

/** The oldest gRPC that is supported. */
class OldestGrpcIT extends GrpcContract {
  OldestGrpcIT() {
    super(TestApps.compiled("GrpcApp", "grpc-oldest", false));
  }
}
