package io.weft.it.contract;

/** The oldest gRPC that is supported. */
class OldestGrpcIT extends GrpcContract {
  OldestGrpcIT() {
    super(TestApps.compiled("GrpcApp", "grpc-oldest", false));
  }

  // Its channel was not seen to connect again to a place that had refused it: nothing to be told.
  @Override
  void an_instance_whose_place_somebody_else_has_taken_is_told_nothing() {}
}
