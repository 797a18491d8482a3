package io.weft.instrumentation.urlconnection;

import io.weft.core.call.ResponseHead;
import java.net.HttpURLConnection;

/** The head of an answer, for the mesh to judge. */
record ReceivedHead(int status, HttpURLConnection connection) implements ResponseHead {
  @Override
  public int grpcCode() {
    return -1;
  }

  @Override
  public String header(String name) {
    String value = connection.getHeaderField(name);
    return value == null ? "" : value;
  }
}
