package io.weft.instrumentation.urlconnection;

import io.weft.core.call.AttemptProgress;
import io.weft.core.call.Failure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells of a body as the application reads it. */
final class WatchedStream extends FilterInputStream {
  private final AttemptProgress progress;
  private boolean over;

  WatchedStream(InputStream in, AttemptProgress progress) {
    super(in);
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    try {
      return seen(in.read());
    } catch (IOException e) {
      throw broke(e);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return seen(in.read(bytes, offset, length));
    } catch (IOException e) {
      throw broke(e);
    }
  }

  @Override
  public long skip(long count) throws IOException {
    try {
      return in.skip(count);
    } catch (IOException e) {
      throw broke(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } finally {
      end();
    }
  }

  private int seen(int read) {
    if (read < 0) {
      end();
    } else {
      progress.progress();
    }
    return read;
  }

  private void end() {
    if (!over) {
      over = true;
      progress.end(-1);
    }
  }

  private IOException broke(IOException why) {
    if (!over) {
      over = true;
      progress.failed(Failure.RESET, why);
    }
    return why;
  }
}
