package io.weft.instrumentation.httpclient;

import io.weft.core.Mesh;
import io.weft.core.call.AsyncDriver;
import io.weft.core.call.AsyncTransport;
import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.Failure;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import io.weft.core.endpoint.EndpointTls;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** One request of a call, with all its attempts: the application's, or one after a redirect. */
final class Hop<T> implements AsyncTransport, OutboundRequest {
  // Not exported, and nothing but its name and its cause are needed.
  private static final String STALE = "jdk.internal.net.http.common.ConnectionExpiredException";
  private static final String STALE_ELSEWHERE = "jdk.internal.net.http.ConnectionExpiredException";

  private final Exchange<T> exchange;
  private final HttpRequest request;
  private final URI uri;
  private final String method;
  private final HttpHeaders headers;
  private final String authority;
  private final String target;
  private final @Nullable ReplayableBody body;
  private final @Nullable AsyncDriver driver;
  private volatile @Nullable SentAttempt<T> newest;
  private volatile @Nullable CompletableFuture<?> direct;

  /**
   * @param request as the application shall see it at its answer
   * @param destination outside the mesh if the client is to send the request by itself
   */
  Hop(
      Exchange<T> exchange,
      HttpRequest request,
      URI uri,
      String method,
      HttpHeaders headers,
      @Nullable ReplayableBody body,
      Destination destination) {
    this.exchange = exchange;
    this.request = request;
    this.uri = uri;
    this.method = method;
    this.headers = headers;
    this.authority = uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    this.target = target(uri);
    this.body = body;
    this.driver =
        destination.isMesh() ? new AsyncDriver(Mesh.current().call(destination, this), this) : null;
  }

  void begin() {
    if (driver == null) {
      passThrough();
    } else {
      driver.start();
    }
  }

  void giveUp() {
    if (driver != null) {
      driver.cancel();
    }
    CompletableFuture<?> sent = direct;
    if (sent != null) {
      sent.cancel(true);
    }
  }

  HttpRequest request() {
    return request;
  }

  URI uri() {
    return uri;
  }

  HttpHeaders headers() {
    return headers;
  }

  @Nullable ReplayableBody body() {
    return body;
  }

  // As the call decides

  @Override
  public void send(Attempt attempt, AttemptProgress progress) {
    List<HeaderField> carried = attempt.propagation();
    boolean edited = attempt.editsRequest() || hasOneOf(carried);
    boolean secure =
        attempt.tls() != null || (isHttps() && attempt.endpoint().tls() == EndpointTls.APP);
    // The mesh's own TLS is nothing that cookies or the other side go by.
    URI wire = wire(attempt, attempt.isEncrypted() ? isHttps() : secure);
    Aim aim = Aim.of(attempt, wire.getHost(), secure, edited ? List.of() : carried);
    AttemptRequest attemptRequest =
        exchange.request(wire, method, edited ? edited(attempt) : headers, body, aim);
    SentAttempt<T> sent = new SentAttempt<>(attempt, progress, newest);
    newest = sent;
    CompletableFuture<HttpResponse<T>> future =
        aim.whileSending(() -> exchange.send(attemptRequest, sent));
    sent.sentAs(future);
    var unused = future.whenComplete((response, thrown) -> completed(sent, response, thrown));
  }

  // The application's own where it says the same, as mostly it does: to make one costs an attempt
  // a fifth of what it allocates.
  private URI wire(Attempt attempt, boolean https) {
    String to = attempt.authority();
    String path = attempt.target();
    return https == isHttps() && to.equals(authority) && path.equals(target)
        ? uri
        : URI.create((https ? "https" : "http") + "://" + to + path);
  }

  // Against the application's own header the client would not set its.
  private boolean hasOneOf(List<HeaderField> fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (!headers.allValues(fields.get(i).name()).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private HttpHeaders edited(Attempt attempt) {
    EditableHeaders edited = new EditableHeaders(headers);
    attempt.editRequest(edited);
    return edited.toHeaders();
  }

  private boolean isHttps() {
    return uri.getScheme().equalsIgnoreCase("https");
  }

  private void completed(
      SentAttempt<T> sent, @Nullable HttpResponse<T> response, @Nullable Throwable thrown) {
    if (response != null) {
      URI target = sent.redirectTarget();
      HttpResponse.ResponseInfo info = sent.shown();
      if (target != null && info != null) {
        exchange.follow(this, info, target);
      } else if (info != null) {
        // The mesh's TLS is nothing that an application which asked for http knows of.
        exchange.answered(
            request,
            uri,
            info,
            isHttps() ? response.sslSession() : Optional.empty(),
            response.body());
      }
      return;
    }
    Throwable why = unwrapped(thrown);
    Failure meaning = meaning(why);
    Throwable visible =
        meaning == Failure.STALE_CONNECTION && why.getCause() != null ? why.getCause() : why;
    sent.progress().failed(meaning, visible);
    if (sent.shown() != null) {
      exchange.failed(visible);
    }
  }

  private Failure meaning(Throwable why) {
    if (body != null && body.broken() != null) {
      return Failure.APPLICATION;
    }
    if (why instanceof ConnectException
        || why instanceof HttpConnectTimeoutException
        || why instanceof NoRouteToHostException
        || why instanceof UnknownHostException
        || why instanceof UnresolvedAddressException
        || why instanceof SSLHandshakeException) {
      return Failure.CONNECT;
    }
    if (why instanceof HttpTimeoutException) {
      return Failure.TIMEOUT;
    }
    String type = why.getClass().getName();
    if (type.equals(STALE) || type.equals(STALE_ELSEWHERE)) {
      return Failure.STALE_CONNECTION;
    }
    return why instanceof IOException ? Failure.RESET : Failure.APPLICATION;
  }

  private static Throwable unwrapped(@Nullable Throwable thrown) {
    if (thrown instanceof CompletionException && thrown.getCause() != null) {
      return thrown.getCause();
    }
    return thrown == null ? new IOException("no answer") : thrown;
  }

  @Override
  public void cancel(Attempt attempt) {
    SentAttempt<T> sent = sent(attempt);
    if (sent != null) {
      sent.cancel();
    }
  }

  private @Nullable SentAttempt<T> sent(Attempt attempt) {
    SentAttempt<T> last = newest;
    return last == null ? null : last.of(attempt);
  }

  @Override
  public void mirror(Destination to) {
    exchange.mirror(this, to);
  }

  @Override
  public void commit(Attempt attempt) {
    SentAttempt<T> sent = sent(attempt);
    if (sent != null) {
      sent.show(exchange.handler(), info -> exchange.redirectTarget(uri, info));
    }
  }

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {
    SentAttempt<T> sent = sent(attempt);
    if (sent != null) {
      sent.breakOff(why);
    }
  }

  @Override
  public void answer(MeshAnswer answer) {
    exchange.executor().execute(() -> show(new OwnAnswer(answer, method.equals("HEAD"))));
  }

  private void show(OwnAnswer answer) {
    try {
      URI target = exchange.redirectTarget(uri, answer);
      if (target != null) {
        exchange.follow(this, answer, target);
        return;
      }
      HttpResponse.BodySubscriber<T> subscriber = exchange.handler().apply(answer);
      answer.publish(subscriber);
      subscriber
          .getBody()
          .whenComplete(
              (read, thrown) -> {
                if (thrown != null) {
                  exchange.failed(unwrapped(thrown));
                } else {
                  exchange.answered(request, uri, answer, Optional.empty(), read);
                }
              });
    } catch (RuntimeException e) {
      exchange.failed(e);
    }
  }

  @Override
  public void rethrow(Attempt attempt, Throwable thrown) {
    exchange.failed(thrown);
  }

  @Override
  public void passThrough() {
    try {
      CompletableFuture<HttpResponse<T>> sent =
          exchange.send(exchange.request(uri, method, headers, body, null), exchange.handler());
      direct = sent;
      var unused =
          sent.whenComplete(
              (response, thrown) -> {
                if (response != null) {
                  exchange.answered(
                      request,
                      response.uri(),
                      new Info(response),
                      response.sslSession(),
                      response.body());
                } else {
                  exchange.failed(unwrapped(thrown));
                }
              });
    } catch (RuntimeException e) {
      exchange.failed(e);
    }
  }

  // The request as the mesh sees it

  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String scheme() {
    return uri.getScheme();
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  private static String target(URI uri) {
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    String known = path == null || path.isEmpty() ? "/" : path;
    return query == null ? known : known + "?" + query;
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String header(String name) {
    // firstValue makes a stream for it.
    List<String> all = headers.allValues(name);
    return all.isEmpty() ? "" : all.get(0);
  }

  @Override
  public boolean replayable() {
    return body == null || body.isReplayable();
  }

  @Override
  public boolean hedgeable() {
    return body == null || body.isKept();
  }

  /** The head of an answer that the client gave without the mesh. */
  private record Info(int statusCode, HttpHeaders headers, java.net.http.HttpClient.Version version)
      implements HttpResponse.ResponseInfo {
    Info(HttpResponse<?> response) {
      this(response.statusCode(), response.headers(), response.version());
    }
  }
}
