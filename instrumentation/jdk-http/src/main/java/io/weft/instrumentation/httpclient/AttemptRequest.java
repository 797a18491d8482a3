package io.weft.instrumentation.httpclient;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One attempt's request, for the client; also the sign that the mesh need not look at it again. */
final class AttemptRequest extends HttpRequest {
  private final HttpRequest application;
  private final URI uri;
  private final String method;
  private final HttpHeaders headers;
  private final @Nullable BodyPublisher body;
  private final @Nullable Duration timeout;
  private final @Nullable Aim aim;
  private final boolean inPlace;

  /**
   * @param aim null where the client finds the way itself
   * @param inPlace whether the thread that sends it waits for its answer
   */
  AttemptRequest(
      HttpRequest application,
      URI uri,
      String method,
      HttpHeaders headers,
      @Nullable BodyPublisher body,
      @Nullable Duration timeout,
      @Nullable Aim aim,
      boolean inPlace) {
    this.application = application;
    this.uri = uri;
    this.method = method;
    this.headers = headers;
    this.body = body;
    this.timeout = timeout;
    this.aim = aim;
    this.inPlace = inPlace;
  }

  @Nullable Aim aim() {
    return aim;
  }

  boolean isInPlace() {
    return inPlace;
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return Optional.ofNullable(body);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  @Override
  public boolean expectContinue() {
    return application.expectContinue();
  }

  @Override
  public URI uri() {
    return uri;
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return application.version();
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }
}
