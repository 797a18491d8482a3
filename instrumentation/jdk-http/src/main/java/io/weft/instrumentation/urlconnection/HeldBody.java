package io.weft.instrumentation.urlconnection;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body that holds its connection object: an application that only reads on has not forgotten it,
 * even if it is in the midst of its last read.
 */
final class HeldBody extends FilterInputStream {
  private final Exchange exchange;

  HeldBody(InputStream body, Exchange exchange) {
    super(body);
    this.exchange = exchange;
  }

  @Override
  public int read() throws IOException {
    try {
      return in.read();
    } finally {
      exchange.settle();
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return in.read(bytes, offset, length);
    } finally {
      exchange.settle();
    }
  }

  @Override
  public long skip(long count) throws IOException {
    try {
      return in.skip(count);
    } finally {
      exchange.settle();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } finally {
      exchange.settle();
    }
  }
}
