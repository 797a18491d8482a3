package io.weft.core.explain;

import io.weft.api.v1.Header;
import io.weft.api.v1.ImaginedRequest;
import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import io.weft.core.inbound.InboundRequest;
import java.util.List;

/** A request that nobody has sent yet. */
final class ImaginedArrival implements InboundRequest {
  private final ImaginedRequest request;
  private final Peer peer;

  /**
   * @throws IllegalArgumentException in one line, if its caller is no SPIFFE ID
   */
  ImaginedArrival(ImaginedRequest request) {
    this.request = request;
    this.peer =
        request.getCaller().isEmpty()
            ? Peer.UNKNOWN
            : Peer.of(SpiffeId.parse(request.getCaller()), List.of());
  }

  static String first(List<Header> headers, String name) {
    for (Header header : headers) {
      if (header.getName().equalsIgnoreCase(name)) {
        return header.getValue();
      }
    }
    return "";
  }

  @Override
  public Protocol protocol() {
    return request.getProtocol().equals("grpc") ? Protocol.GRPC : Protocol.HTTP;
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String target() {
    return request.getTarget();
  }

  @Override
  public String scheme() {
    return peer.proven() ? "https" : "http";
  }

  @Override
  public String header(String name) {
    return first(request.getHeadersList(), name);
  }

  @Override
  public List<String> headers(String name) {
    return request.getHeadersList().stream()
        .filter(header -> header.getName().equalsIgnoreCase(name))
        .map(Header::getValue)
        .toList();
  }

  @Override
  public String peerAddress() {
    return request.getAddress();
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public int localPort() {
    return request.getPort();
  }

  @Override
  public boolean mayWait() {
    return false;
  }
}
