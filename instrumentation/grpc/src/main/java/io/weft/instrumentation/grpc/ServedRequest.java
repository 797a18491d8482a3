package io.weft.instrumentation.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** A call as it came, before any interceptor of the application's. */
record ServedRequest(ServerCall<?, ?> call, Metadata headers, String target)
    implements InboundRequest {
  ServedRequest(ServerCall<?, ?> call, Metadata headers) {
    this(call, headers, "/" + call.getMethodDescriptor().getFullMethodName());
  }

  @Override
  public Protocol protocol() {
    return Protocol.GRPC;
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public String scheme() {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION) == null ? "http" : "https";
  }

  @Override
  public Peer peer() {
    ServedConnection connection = ServedCalls.connectionOf(call);
    return connection == null ? Peer.UNKNOWN : connection.peer();
  }

  @Override
  public List<String> headers(String name) {
    return isAuthority(name) ? List.of(header(name)) : MetadataEditor.all(headers, name);
  }

  @Override
  public String header(String name) {
    if (isAuthority(name)) {
      String authority = call.getAuthority();
      return authority == null ? "" : authority;
    }
    return MetadataEditor.first(headers, name);
  }

  // The library takes one for the other, and shows neither among the metadata.
  private static boolean isAuthority(String name) {
    return name.equalsIgnoreCase("host") || name.equals(":authority");
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

  // Netty's loops run calls themselves for applications that ask for no other threads.
  @Override
  public boolean mayWait() {
    return !Thread.currentThread().getClass().getName().endsWith("FastThreadLocalThread");
  }
}
