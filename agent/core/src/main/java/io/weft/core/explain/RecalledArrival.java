package io.weft.core.explain;

import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundRequest;

/** A request that was served, as far as its record tells it: without headers. */
final class RecalledArrival implements InboundRequest {
  private final ServedCall call;

  RecalledArrival(ServedCall call) {
    this.call = call;
  }

  @Override
  public Protocol protocol() {
    return call.protocol;
  }

  @Override
  public String method() {
    return call.method;
  }

  @Override
  public String target() {
    return call.target;
  }

  @Override
  public String scheme() {
    return call.peer.proven() ? "https" : "http";
  }

  @Override
  public String header(String name) {
    return "";
  }

  @Override
  public String peerAddress() {
    return call.address;
  }

  @Override
  public Peer peer() {
    return call.peer;
  }

  @Override
  public int localPort() {
    return call.port;
  }
}
