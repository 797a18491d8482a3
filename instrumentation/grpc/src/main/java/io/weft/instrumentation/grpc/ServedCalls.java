package io.weft.instrumentation.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.MeshHeaders;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.net.InetSocketAddress;
import java.util.List;

/** Around all the application's interceptors: each call that came over the network is seen. */
final class ServedCalls implements ServerInterceptor {
  static final ServedCalls INSTANCE = new ServedCalls();

  private ServedCalls() {}

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress)
        || call instanceof ServedCall) { // built twice
      return next.startCall(call, headers);
    }
    InboundCall inbound = InboundCall.start(new ServedRequest(call, headers));
    strip(headers);
    String traceparent = inbound.traceparent();
    if (!traceparent.isEmpty()) {
      new MetadataEditor(headers).set(TraceContext.TRACEPARENT, traceparent);
    }
    RequestScope before = inbound.scope().install();
    try {
      return new ServedListener<>(
          next.startCall(new ServedCall<>(call, inbound), headers), inbound);
    } catch (RuntimeException | Error e) {
      inbound.fail(e);
      throw e;
    } finally {
      before.install();
    }
  }

  private static void strip(Metadata headers) {
    for (String name : List.copyOf(headers.keys())) {
      if (MeshHeaders.isMesh(name) && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        new MetadataEditor(headers).remove(name);
      }
    }
  }
}
