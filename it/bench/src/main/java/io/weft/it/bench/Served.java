package io.weft.it.bench;

import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundRequest;
import java.util.List;
import java.util.Map;

/**
 * A request as it comes from a server.
 *
 * @param fields its headers, by their names in lower case
 */
record Served(String method, String target, Peer peer, Map<String, String> fields)
    implements InboundRequest {
  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String scheme() {
    return "https";
  }

  @Override
  public String header(String name) {
    return fields.getOrDefault(name, "");
  }

  @Override
  public List<String> headers(String name) {
    String value = fields.get(name);
    return value == null ? List.of() : List.of(value);
  }

  @Override
  public String peerAddress() {
    return "10.1.2.3";
  }

  @Override
  public int localPort() {
    return 8443;
  }
}
