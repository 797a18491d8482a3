package io.weft.it.bench;

import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;

/** A GET without a body. */
final class Get implements OutboundRequest {
  private final String target;

  Get() {
    this("/items/42?detail=full");
  }

  Get(String target) {
    this.target = target;
  }

  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String authority() {
    return "stock:8080";
  }

  @Override
  public String header(String name) {
    return "";
  }

  @Override
  public boolean replayable() {
    return true;
  }
}
