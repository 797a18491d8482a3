package io.weft.instrumentation.httpclient;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The application's body publisher. One of the JDK's for bytes that are at hand is subscribed to
 * for each attempt. Any other is once: what it brings is kept on the way up to {@value
 * #REPLAY_BYTES} bytes, so that a further attempt can send the same.
 */
final class ReplayableBody implements BodyPublisher {
  static final int REPLAY_BYTES = 64 * 1024;

  // Those of ofByteArray and ofString, which are not exported: they bring the same each time.
  private static final Set<String> AT_HAND =
      Set.of(
          "jdk.internal.net.http.RequestPublishers$ByteArrayPublisher",
          "jdk.internal.net.http.RequestPublishers$StringPublisher");

  private final BodyPublisher application;
  private final boolean atHand;
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean subscribed;
  private @Nullable List<byte[]> keeping = new ArrayList<>(1);
  private int keptBytes;
  private @Nullable List<byte[]> kept;
  private @Nullable Throwable broken;

  ReplayableBody(BodyPublisher application) {
    this.application = application;
    this.atHand = AT_HAND.contains(application.getClass().getName());
  }

  /** Whether it can be sent, as a first or as a further time. */
  boolean isReplayable() {
    if (atHand) {
      return true;
    }
    synchronized (lock) {
      return !subscribed || kept != null;
    }
  }

  /** Whether all of it is here, so that it can be sent beside itself. */
  boolean isKept() {
    // One without any content is never subscribed to.
    if (atHand || application.contentLength() == 0) {
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
    if (atHand) {
      application.subscribe(client);
      return;
    }
    List<byte[]> replay;
    synchronized (lock) {
      replay = kept;
      subscribed = true;
    }
    if (replay != null) {
      BodyPublishers.ofByteArrays(replay).subscribe(client);
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
        if (keeping != null && keptBytes + bytes.remaining() <= REPLAY_BYTES) {
          byte[] copy = new byte[bytes.remaining()];
          bytes.duplicate().get(copy);
          keeping.add(copy);
          keptBytes += copy.length;
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
        kept = keeping;
      }
      client.onComplete();
    }
  }
}
