package io.weft.it.bench;

import io.weft.core.call.ResponseHead;

/** The head of a 200. */
final class Ok implements ResponseHead {
  @Override
  public int status() {
    return 200;
  }

  @Override
  public int grpcCode() {
    return -1;
  }

  @Override
  public String header(String name) {
    return "";
  }
}
