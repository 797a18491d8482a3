package io.weft.instrumentation.grpc;

import io.grpc.Grpc;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.inbound.HeaderName;
import io.weft.core.inbound.InboundCall;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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
    ServedConnection connection = connectionOf(call);
    if (connection != null && inbound.endsConnection()) {
      connection.drain();
    }
    long delay = inbound.delayNanos();
    if (delay == 0) {
      return serve(call, headers, next, inbound);
    }
    HeldBackCall<Q> held = new HeldBackCall<>(inbound);
    held.after(delay, call, () -> serve(call, headers, next, inbound));
    return held;
  }

  private static <Q, R> ServerCall.Listener<Q> serve(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next, InboundCall inbound) {
    MeshAnswer denial = inbound.denial();
    if (denial != null) {
      return refused(call, inbound, denial);
    }
    show(headers, inbound);
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

  /** The connection of a call; null if nobody has proven anything at it. */
  static @Nullable ServedConnection connectionOf(ServerCall<?, ?> call) {
    return call.getAttributes().get(ServedConnection.KEY);
  }

  private static <Q, R> ServerCall.Listener<Q> refused(
      ServerCall<Q, R> call, InboundCall inbound, MeshAnswer denial) {
    try {
      Refusal refusal = Refusal.of(denial);
      call.close(refusal.status(), refusal.trailers());
    } finally {
      inbound.endGrpc(denial.grpcCode());
    }
    return new ServerCall.Listener<>() {};
  }

  // As the application shall see them.
  private static void show(Metadata headers, InboundCall inbound) {
    MetadataEditor editor = new MetadataEditor(headers);
    // Names and values in turn; a copy, of which taking one away changes nothing.
    byte[][] all = InternalMetadata.serialize(headers);
    for (int i = 0; i < all.length; i += 2) {
      if (inbound.hides(new WireName(all[i]))) {
        editor.remove(new String(all[i], StandardCharsets.US_ASCII));
      }
    }
    for (HeaderField header : inbound.added()) {
      editor.set(header.name(), header.value());
    }
    String traceparent = inbound.traceparent();
    if (!traceparent.isEmpty()) {
      editor.set(TraceContext.TRACEPARENT, traceparent);
    }
  }

  /** As HTTP/2 has names: in lower case. */
  private static final class WireName implements HeaderName {
    private final byte[] bytes;

    WireName(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean is(String name) {
      return bytes.length == name.length() && beginsWith(name);
    }

    @Override
    public boolean beginsWith(String prefix) {
      if (bytes.length < prefix.length()) {
        return false;
      }
      for (int i = 0; i < prefix.length(); i++) {
        if (bytes[i] != Character.toLowerCase(prefix.charAt(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
