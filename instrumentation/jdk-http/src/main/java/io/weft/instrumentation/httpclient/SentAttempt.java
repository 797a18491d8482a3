package io.weft.instrumentation.httpclient;

import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.Failure;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.ResponseHead;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that the client sends. Its answer's body waits at the head until the call has decided
 * who is to have it: the application's own body handler, which sees it as if it had come straight
 * from the client, or nobody.
 */
final class SentAttempt<T> implements HttpResponse.BodyHandler<T> {
  private final Attempt attempt;
  private final AttemptProgress progress;
  private final @Nullable SentAttempt<T> before;
  private final CompletableFuture<HttpResponse.BodySubscriber<T>> reader =
      new CompletableFuture<>();
  private volatile HttpResponse.@Nullable ResponseInfo received;
  private volatile HttpResponse.@Nullable ResponseInfo shown;
  private volatile @Nullable URI redirectTarget;
  private volatile @Nullable CompletableFuture<?> future;
  private volatile boolean cancelled;

  /**
   * @param before the one sent before it; null for the first
   */
  SentAttempt(Attempt attempt, AttemptProgress progress, @Nullable SentAttempt<T> before) {
    this.attempt = attempt;
    this.progress = progress;
    this.before = before;
  }

  /** The one that was sent for an attempt: this, or one before it; null if there is none. */
  @Nullable SentAttempt<T> of(Attempt wanted) {
    SentAttempt<T> sent = this;
    while (sent != null && sent.attempt != wanted) {
      sent = sent.before;
    }
    return sent;
  }

  AttemptProgress progress() {
    return progress;
  }

  /** The head as the application sees it; null unless this attempt's answer is the call's. */
  HttpResponse.@Nullable ResponseInfo shown() {
    return shown;
  }

  /** Where the answer leads on to; null if it is the application's. */
  @Nullable URI redirectTarget() {
    return redirectTarget;
  }

  /** What the client gave for it. */
  void sentAs(CompletableFuture<?> given) {
    future = given;
    if (cancelled) {
      given.cancel(true);
    }
  }

  /** The client has the head of an answer. */
  @Override
  public HttpResponse.BodySubscriber<T> apply(HttpResponse.ResponseInfo info) {
    received = info;
    // Made before: the call may be over as soon as it hears of the head.
    Body body = new Body();
    progress.head(new Head(info));
    return body;
  }

  /** The answer is the call's. */
  void show(
      HttpResponse.BodyHandler<T> application,
      Function<HttpResponse.ResponseInfo, @Nullable URI> redirect) {
    HttpResponse.ResponseInfo info = received;
    if (info == null) {
      return;
    }
    if (attempt.editsResponse()) {
      EditableHeaders edited = new EditableHeaders(info.headers());
      attempt.editResponse(edited);
      info = new EditedInfo(info.statusCode(), edited.toHeaders(), info.version());
    }
    shown = info;
    try {
      redirectTarget = redirect.apply(info);
      reader.complete(
          redirectTarget == null
              ? application.apply(info)
              : HttpResponse.BodySubscribers.replacing(null));
    } catch (RuntimeException e) {
      reader.completeExceptionally(e);
    }
  }

  /** Nobody wants it. */
  void cancel() {
    cancelled = true;
    reader.complete(HttpResponse.BodySubscribers.replacing(null));
    CompletableFuture<?> sent = future;
    if (sent != null) {
      sent.cancel(true);
    }
  }

  /** The application may have some of it already, and is to have no more. */
  void breakOff(MeshAnswer why) {
    Body body = broken;
    if (body != null) {
      body.breakOff(new IOException(why.reason()));
    } else {
      cancel();
    }
  }

  private volatile @Nullable Body broken;

  /** Who is to have the body that a subscriber is given; the subscriber, unless that is decided. */
  static <T> HttpResponse.BodySubscriber<T> reader(HttpResponse.BodySubscriber<T> subscriber) {
    return subscriber instanceof SentAttempt<T>.Body body ? body.decided() : subscriber;
  }

  /** The body on its way to its reader. */
  private final class Body implements HttpResponse.BodySubscriber<T> {
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean over;

    Body() {
      broken = this;
    }

    private HttpResponse.BodySubscriber<T> decided() {
      return reader.isDone() && !reader.isCompletedExceptionally() ? reader.join() : this;
    }

    @Override
    public CompletionStage<T> getBody() {
      HttpResponse.BodySubscriber<T> chosen = decided();
      return chosen == this
          ? reader.thenCompose(HttpResponse.BodySubscriber::getBody)
          : chosen.getBody();
    }

    /** Tells the reader, now where it is decided, as mostly it is, or once it is. */
    private void tell(Consumer<HttpResponse.BodySubscriber<T>> event, Runnable none) {
      HttpResponse.BodySubscriber<T> chosen = decided();
      if (chosen != this) {
        event.accept(chosen);
        return;
      }
      var unused =
          reader.whenComplete(
              (late, thrown) -> {
                if (late != null) {
                  event.accept(late);
                } else {
                  none.run();
                }
              });
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      if (over) {
        given.cancel();
        return;
      }
      subscription = given;
      tell(it -> it.onSubscribe(new Watched(given)), given::cancel);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
      if (!over) {
        progress.progress();
        reader.join().onNext(bytes);
      }
    }

    @Override
    public void onError(Throwable why) {
      if (!over) {
        over = true;
        progress.failed(Failure.RESET, why);
        tell(it -> it.onError(why), () -> {});
      }
    }

    @Override
    public void onComplete() {
      if (!over) {
        over = true;
        progress.end(-1);
        tell(HttpResponse.BodySubscriber::onComplete, () -> {});
      }
    }

    void breakOff(IOException why) {
      Flow.Subscription from = subscription;
      if (from != null) {
        from.cancel();
      }
      onError(why);
    }
  }

  /** Notices that the application wants no more. */
  private final class Watched implements Flow.Subscription {
    private final Flow.Subscription subscription;

    Watched(Flow.Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void request(long count) {
      subscription.request(count);
    }

    @Override
    public void cancel() {
      subscription.cancel();
      progress.end(-1);
    }
  }

  private record EditedInfo(int statusCode, HttpHeaders headers, HttpClient.Version version)
      implements HttpResponse.ResponseInfo {}

  private record Head(HttpResponse.ResponseInfo info) implements ResponseHead {
    @Override
    public int status() {
      return info.statusCode();
    }

    @Override
    public int grpcCode() {
      return -1;
    }

    @Override
    public String header(String name) {
      // firstValue makes a stream for it.
      List<String> all = info.headers().allValues(name);
      return all.isEmpty() ? "" : all.get(0);
    }
  }
}
