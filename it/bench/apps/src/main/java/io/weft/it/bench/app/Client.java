package io.weft.it.bench.app;

/** A library that calls. */
interface Client {
  /** Makes one call, and fails unless all that was asked for has come. Used by one thread. */
  interface Call extends AutoCloseable {
    void make() throws Exception;

    @Override
    default void close() {}
  }

  /** Hands out a call to each caller. Thread-safe. */
  interface Calls {
    Call next() throws Exception;
  }

  /** Calls of a kind, such as get or unary, that bring so many bytes. */
  Calls calls(String kind, int size);

  /** The client of a name. */
  static Client of(String name) {
    return switch (name) {
      case "httpclient" -> HttpClientCalls.fromProperties();
      case "urlconnection" -> UrlConnectionCalls.fromProperties();
      case "grpc" -> GrpcCalls.fromProperties();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
