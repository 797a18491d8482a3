package io.weft.instrumentation.urlconnection;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;

/**
 * A body that holds its connection object: an application that only reads on has not forgotten it,
 * even if it is in the midst of its last read.
 */
final class HeldBody extends FilterInputStream {
  private final Object connection;

  HeldBody(InputStream body, Object connection) {
    super(body);
    this.connection = connection;
  }

  @Override
  public int read() throws IOException {
    try {
      return in.read();
    } finally {
      Reference.reachabilityFence(connection);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return in.read(bytes, offset, length);
    } finally {
      Reference.reachabilityFence(connection);
    }
  }

  @Override
  public long skip(long count) throws IOException {
    try {
      return in.skip(count);
    } finally {
      Reference.reachabilityFence(connection);
    }
  }
}
