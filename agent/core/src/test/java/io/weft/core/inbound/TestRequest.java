package io.weft.core.inbound;

import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import java.util.List;
import java.util.Map;

/** A request as tests make one up, at port 8080: GET / of nobody in particular, unless they say. */
class TestRequest implements InboundRequest {
  private final String method;
  private final String target;
  private final Peer peer;
  private final Map<String, List<String>> headers;

  TestRequest() {
    this(Map.of());
  }

  /**
   * @param headers by their names in lower case
   */
  TestRequest(Map<String, List<String>> headers) {
    this("GET", "/", Peer.UNKNOWN, headers);
  }

  TestRequest(String method, String target, Peer peer) {
    this(method, target, peer, Map.of());
  }

  TestRequest(String method, String target, Peer peer, Map<String, List<String>> headers) {
    this.method = method;
    this.target = target;
    this.peer = peer;
    this.headers = headers;
  }

  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public String header(String name) {
    List<String> values = headers(name);
    return values.isEmpty() ? "" : values.get(0);
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }

  @Override
  public String peerAddress() {
    return "10.1.2.3";
  }

  @Override
  public int localPort() {
    return 8080;
  }

  @Override
  public String toString() {
    return method + " " + target + " " + headers + " of " + peer.id();
  }
}
