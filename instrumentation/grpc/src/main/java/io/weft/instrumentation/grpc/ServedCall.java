package io.weft.instrumentation.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.weft.core.inbound.InboundCall;

/** A call whose end is seen. */
final class ServedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private final InboundCall inbound;

  ServedCall(ServerCall<Q, R> call, InboundCall inbound) {
    super(call);
    this.inbound = inbound;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    try {
      super.close(status, trailers);
    } finally {
      inbound.endGrpc(status.getCode().value());
    }
  }
}
