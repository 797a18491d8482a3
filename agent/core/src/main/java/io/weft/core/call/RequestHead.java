package io.weft.core.call;

/** What rules look at of a request, on its way out or in. */
public interface RequestHead {

  /** The HTTP method; POST for gRPC. */
  String method();

  /** Raw path with query, beginning with a slash; {@code /package.Service/Method} for gRPC. */
  String target();

  /** The first value of a header, its name in any case; empty if there is none. */
  String header(String name);
}
