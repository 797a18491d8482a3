package io.weft.control.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.control.keys.KeptKeys.Fetched;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Fetches JWK sets by HTTP, bounded in time and size; follows no redirect. Thread-safe. */
public final class HttpKeySets implements KeySetSource {
  private static final int MOST_BYTES = 256 << 10;
  private static final Pattern MAX_AGE =
      Pattern.compile("(?:^|[,\\s])max-age=\"?(\\d{1,9})\"?", Pattern.CASE_INSENSITIVE);
  private static final JsonMapper JSON = new JsonMapper();

  private final Duration atMost;
  private final HttpClient http;

  private HttpKeySets(HttpClient http, Duration atMost) {
    this.http = http;
    this.atMost = atMost;
  }

  /**
   * One that believes the servers that an SSLContext believes.
   *
   * @param atMost how long a fetch may take
   */
  public static HttpKeySets trusting(SSLContext tls, Duration atMost) {
    return new HttpKeySets(client(atMost).sslContext(tls).build(), atMost);
  }

  /**
   * One that believes the servers that the JVM's trust store believes.
   *
   * @param atMost how long a fetch may take
   */
  public static HttpKeySets within(Duration atMost) {
    return new HttpKeySets(client(atMost).build(), atMost);
  }

  private static HttpClient.Builder client(Duration atMost) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(atMost);
  }

  @Override
  public CompletableFuture<Fetched<String>> fetch(String uri) {
    return fetch(HttpRequest.newBuilder(URI.create(uri)));
  }

  /** Begins to fetch one by a request of the caller's making, which may hold credentials. */
  public CompletableFuture<Fetched<String>> fetch(HttpRequest.Builder asking) {
    HttpRequest request = asking.header("Accept", "application/json, */*").build();
    CompletableFuture<HttpResponse<byte[]>> sent =
        http.sendAsync(request, head -> new BoundedBody(MOST_BYTES));
    return sent.copy()
        .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((answer, fault) -> sent.cancel(true))
        .handle(this::fetched);
  }

  private Fetched<String> fetched(
      @Nullable HttpResponse<byte[]> answer, @Nullable Throwable fault) {
    if (answer == null) {
      throw failed(said(fault));
    }
    if (answer.statusCode() != 200) {
      throw failed("it answers " + answer.statusCode());
    }
    String json = new String(answer.body(), StandardCharsets.UTF_8);
    try {
      if (!JSON.readTree(json).path("keys").isArray()) {
        throw failed("what it answers is no JWK set");
      }
    } catch (JsonProcessingException e) {
      throw failed("what it answers is no JWK set");
    }
    return new Fetched<>(json, fresh(answer.headers()));
  }

  // RFC 9111, section 5.2.2: who says no-cache wants to be asked often.
  private static Optional<Duration> fresh(HttpHeaders headers) {
    String control = String.join(",", headers.allValues("cache-control"));
    if (control.contains("no-store") || control.contains("no-cache")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher age = MAX_AGE.matcher(control);
    return age.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(age.group(1))))
        : Optional.empty();
  }

  private static CompletionException failed(String message) {
    return new CompletionException(new IOException(message));
  }

  private String said(@Nullable Throwable fault) {
    Throwable cause = fault;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TimeoutException) {
      return "no answer within " + atMost.toSeconds() + " s";
    }
    if (cause instanceof ConnectException) {
      return "no connection can be made";
    }
    return cause == null || cause.getMessage() == null
        ? String.valueOf(cause)
        : cause.getMessage().replaceAll("\\s+", " ");
  }
}
