package io.weft.core.registry;

/** What a listening port speaks, by the names a Service document uses. */
public enum PortProtocol {
  HTTP("http"),
  HTTP2("http2"),
  GRPC("grpc"),
  TCP("tcp");

  private final String wireName;

  PortProtocol(String wireName) {
    this.wireName = wireName;
  }

  /** The name in documents and on the push stream. */
  public String wireName() {
    return wireName;
  }
}
