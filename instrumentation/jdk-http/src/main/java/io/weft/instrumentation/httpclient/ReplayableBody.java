package io.weft.instrumentation.httpclient;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The application's body publisher, subscribed to once: what it brings is kept on the way up to
 * {@value #REPLAY_BYTES} bytes, so that a further attempt can send the same.
 */
final class ReplayableBody implements BodyPublisher {
  static final int REPLAY_BYTES = 64 * 1024;

  private final BodyPublisher application;
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean subscribed;
  private @Nullable ByteArrayOutputStream keeping = new ByteArrayOutputStream(0);
  private byte @Nullable [] kept;
  private @Nullable Throwable broken;

  ReplayableBody(BodyPublisher application) {
    this.application = application;
  }

  /** Whether it can be sent, as a first or as a further time. */
  boolean isReplayable() {
    synchronized (lock) {
      return !subscribed || kept != null;
    }
  }

  /** Whether all of it is here, so that it can be sent beside itself. */
  boolean isKept() {
    // One without any content is never subscribed to.
    if (application.contentLength() == 0) {
      return true;
    }
    synchronized (lock) {
      return kept != null;
    }
  }

  /** What the application's publisher failed with; null if it did not. */
  @Nullable Throwable broken() {
    synchronized (lock) {
      return broken;
    }
  }

  @Override
  public long contentLength() {
    return application.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> client) {
    byte[] replay;
    synchronized (lock) {
      replay = kept;
      subscribed = true;
    }
    if (replay != null) {
      java.net.http.HttpRequest.BodyPublishers.ofByteArray(replay).subscribe(client);
    } else {
      application.subscribe(new Keeper(client));
    }
  }

  private final class Keeper implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> client;

    Keeper(Flow.Subscriber<? super ByteBuffer> client) {
      this.client = client;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      client.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      synchronized (lock) {
        if (keeping != null && keeping.size() + bytes.remaining() <= REPLAY_BYTES) {
          byte[] copy = new byte[bytes.remaining()];
          bytes.duplicate().get(copy);
          keeping.write(copy, 0, copy.length);
        } else {
          keeping = null;
        }
      }
      client.onNext(bytes);
    }

    @Override
    public void onError(Throwable why) {
      synchronized (lock) {
        broken = why;
      }
      client.onError(why);
    }

    @Override
    public void onComplete() {
      synchronized (lock) {
        if (keeping != null) {
          kept = keeping.toByteArray();
        }
      }
      client.onComplete();
    }
  }
}
