package io.weft.instrumentation.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.weft.core.call.Protocol;
import io.weft.core.inbound.InboundRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A call as it came, before any interceptor of the application's. */
record ServedRequest(ServerCall<?, ?> call, Metadata headers) implements InboundRequest {
  @Override
  public Protocol protocol() {
    return Protocol.GRPC;
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public String target() {
    return "/" + call.getMethodDescriptor().getFullMethodName();
  }

  @Override
  public String scheme() {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION) == null ? "http" : "https";
  }

  @Override
  public String header(String name) {
    return MetadataEditor.first(headers, name);
  }

  @Override
  public String peerAddress() {
    SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return peer instanceof InetSocketAddress address && address.getAddress() != null
        ? address.getAddress().getHostAddress()
        : "";
  }

  @Override
  public int localPort() {
    SocketAddress local = call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
    return local instanceof InetSocketAddress address ? address.getPort() : 0;
  }
}
