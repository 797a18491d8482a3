package io.weft.instrumentation.httpclient;

import io.weft.core.config.Destination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One call of the application: its request, and those that redirects lead to. Each is a call of the
 * mesh's own, so that a redirect from one service to another finds its way.
 */
final class Exchange<T> {
  private static final int MAX_REDIRECTS =
      Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5);

  private final HttpClient client;
  private final HttpRequest application;
  private final HttpResponse.BodyHandler<T> handler;
  private final HttpResponse.@Nullable PushPromiseHandler<T> pushes;
  private final boolean copy;
  private final @Nullable Thread waiting;
  private final long startNanos = System.nanoTime();
  private final Result<HttpResponse<T>> result = new Result<>(this::giveUp);
  private volatile @Nullable Hop<T> hop;
  private volatile boolean givenUp;

  // One hop at a time, each begun by the one before it.
  private Optional<HttpResponse<T>> previous = Optional.empty();
  private int redirects;

  Exchange(
      HttpClient client,
      HttpRequest application,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes,
      boolean waits) {
    this(client, application, handler, pushes, waits, false);
  }

  private Exchange(
      HttpClient client,
      HttpRequest application,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes,
      boolean waits,
      boolean copy) {
    this.client = client;
    this.application = application;
    this.handler = handler;
    this.pushes = pushes;
    this.waiting = waits ? Thread.currentThread() : null;
    this.copy = copy;
  }

  CompletableFuture<HttpResponse<T>> begin(Destination destination) {
    ReplayableBody body = application.bodyPublisher().map(ReplayableBody::new).orElse(null);
    begin(
        new Hop<>(
            this,
            application,
            application.uri(),
            application.method(),
            application.headers(),
            body,
            destination));
    return result;
  }

  /** Makes the request of a hop once more, whose answer is dropped and leads nowhere. */
  void mirror(Hop<T> hop, Destination to) {
    Exchange<Void> other =
        new Exchange<>(
            client, application, HttpResponse.BodyHandlers.discarding(), null, false, true);
    other.begin(
        new Hop<>(other, hop.request(), hop.uri(), hop.method(), hop.headers(), hop.body(), to));
  }

  /** What an attempt's request says, beside what the hop knows. */
  AttemptRequest request(
      URI uri,
      String method,
      HttpHeaders headers,
      @Nullable ReplayableBody body,
      @Nullable Aim aim) {
    return new AttemptRequest(
        application,
        uri,
        method,
        headers,
        body,
        timeLeft(),
        aim,
        Thread.currentThread() == waiting);
  }

  /** Has the client send. */
  CompletableFuture<HttpResponse<T>> send(
      AttemptRequest request, HttpResponse.BodyHandler<T> received) {
    return pushes == null
        ? client.sendAsync(request, received)
        : client.sendAsync(request, received, pushes);
  }

  HttpResponse.BodyHandler<T> handler() {
    return handler;
  }

  /** Where code of the application's runs that no thread of the client's brought. */
  Executor executor() {
    return client.executor().orElseGet(result::defaultExecutor);
  }

  /** Gives the application its answer. */
  void answered(
      HttpRequest request,
      URI uri,
      HttpResponse.ResponseInfo info,
      Optional<javax.net.ssl.SSLSession> session,
      @Nullable T body) {
    result.complete(
        new MeshResponse<>(
            info.statusCode(),
            request,
            previous,
            info.headers(),
            body,
            session,
            uri,
            info.version()));
  }

  void failed(Throwable why) {
    result.completeExceptionally(why);
  }

  /**
   * Whether the client would follow, and where to; null if the answer is the application's.
   *
   * @throws UncheckedIOException as the client does for a redirect to nowhere
   */
  @Nullable URI redirectTarget(URI from, HttpResponse.ResponseInfo info) {
    HttpClient.Redirect policy = client.followRedirects();
    if (copy) {
      return null;
    }
    boolean redirects =
        switch (info.statusCode()) {
          case 301, 302, 303, 307, 308 -> policy != HttpClient.Redirect.NEVER;
          default -> false;
        };
    if (!redirects) {
      return null;
    }
    URI target =
        from.resolve(
            info.headers()
                .firstValue("Location")
                .map(URI::create)
                .orElseThrow(
                    () -> new UncheckedIOException(new IOException("Invalid redirection"))));
    boolean mayFollow =
        policy == HttpClient.Redirect.ALWAYS
            || target.getScheme().equalsIgnoreCase(from.getScheme())
            || target.getScheme().equalsIgnoreCase("https");
    return mayFollow && ++this.redirects < MAX_REDIRECTS ? target : null;
  }

  /** Goes on to where a redirect leads. */
  void follow(Hop<T> from, HttpResponse.ResponseInfo info, URI target) {
    previous =
        Optional.of(
            new MeshResponse<>(
                info.statusCode(),
                from.request(),
                previous,
                info.headers(),
                null,
                Optional.empty(),
                from.uri(),
                info.version()));
    int status = info.statusCode();
    boolean becomesGet =
        status == 303 || ((status == 301 || status == 302) && from.method().equals("POST"));
    String method = becomesGet ? "GET" : from.method();
    HttpHeaders headers = from.headers();
    if (!sameOrigin(from.uri(), target)) {
      EditableHeaders safe = new EditableHeaders(headers);
      safe.remove("authorization");
      safe.remove("cookie");
      headers = safe.toHeaders();
    }
    ReplayableBody body = status == 303 ? null : from.body();
    HttpRequest request =
        new AttemptRequest(application, target, method, headers, body, null, null, false);
    begin(
        new Hop<>(
            this, request, target, method, headers, body, MeshCalls.destination(client, target)));
  }

  private void begin(Hop<T> next) {
    hop = next;
    if (givenUp) {
      next.giveUp();
    } else {
      next.begin();
    }
  }

  private void giveUp() {
    givenUp = true;
    Hop<T> last = hop;
    if (last != null) {
      last.giveUp();
    }
  }

  private static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getRawAuthority().equalsIgnoreCase(other.getRawAuthority());
  }

  // The application's timeout is for its call, however many attempts that takes.
  private @Nullable Duration timeLeft() {
    return application
        .timeout()
        .map(all -> all.minusNanos(System.nanoTime() - startNanos))
        .map(left -> left.isNegative() || left.isZero() ? Duration.ofNanos(1) : left)
        .orElse(null);
  }

  /** What the application holds; cancelling it, or what depends on it, gives the call up. */
  private static final class Result<U> extends CompletableFuture<U> {
    private final Runnable giveUp;

    Result(Runnable giveUp) {
      this.giveUp = giveUp;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled && mayInterruptIfRunning) {
        giveUp.run();
      }
      return cancelled;
    }

    @Override
    public <V> CompletableFuture<V> newIncompleteFuture() {
      return new Result<>(giveUp);
    }
  }
}
