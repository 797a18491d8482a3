package io.weft.instrumentation.urlconnection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the application writes. Up to {@value #REPLAY_BYTES} bytes are kept, so that the request can
 * be sent again; what is longer, or streams by the application's wish, goes to the connection of
 * the attempt at hand and can be sent once. Not thread-safe, as the library's own.
 */
final class RequestBody extends OutputStream {
  static final int REPLAY_BYTES = 64 * 1024;

  private final Sink sink;
  private @Nullable ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private @Nullable OutputStream direct;
  private boolean closed;

  /** Where a body goes that is not kept. */
  interface Sink {
    /** The output of the attempt at hand; null if the answer is known and nobody reads the body. */
    @Nullable OutputStream open() throws IOException;

    /** The library could not write. */
    void failed(IOException why);
  }

  RequestBody(Sink sink) {
    this.sink = sink;
  }

  /** Whether the whole of it is at hand. */
  boolean isKept() {
    return kept != null;
  }

  /** Nothing is kept from now on; what there is goes out. */
  void stream() throws IOException {
    ByteArrayOutputStream before = kept;
    if (before == null) {
      return;
    }
    kept = null;
    direct = sink.open();
    if (direct != null && before.size() > 0) {
      before.writeTo(direct);
    }
  }

  /** Writes what is kept. */
  void writeTo(OutputStream out) throws IOException {
    if (kept != null) {
      kept.writeTo(out);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    ByteArrayOutputStream keeps = kept;
    if (keeps != null && !closed) {
      if (keeps.size() + length <= REPLAY_BYTES) {
        keeps.write(bytes, offset, length);
        return;
      }
      stream();
    }
    OutputStream out = direct;
    if (out != null) {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        sink.failed(e);
        throw e;
      }
    }
  }

  @Override
  public void flush() throws IOException {
    if (direct != null) {
      direct.flush();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    if (direct != null) {
      try {
        direct.close();
      } catch (IOException e) {
        sink.failed(e);
        throw e;
      }
    }
  }
}
