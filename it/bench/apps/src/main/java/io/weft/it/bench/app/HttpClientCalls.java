package io.weft.it.bench.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** java.net.http, one client for all callers, on HTTP/1.1. */
final class HttpClientCalls implements Client {
  private final HttpClient client;
  private final String origin;

  private HttpClientCalls(String origin, @Nullable SSLContext tls) {
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (tls != null) {
      builder.sslContext(tls);
    }
    this.client = builder.build();
    this.origin = origin;
  }

  static Client fromProperties() {
    return new HttpClientCalls(System.getProperty("race.http", ""), Tls.fromProperties());
  }

  @Override
  public Calls calls(String kind, int size) {
    HttpRequest request =
        kind.equals("post")
            ? HttpRequest.newBuilder(URI.create(origin + "/items"))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(new byte[size]))
                .build()
            : HttpRequest.newBuilder(URI.create(origin + "/items/" + size)).build();
    return () -> () -> make(request, size);
  }

  private void make(HttpRequest request, int size) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200 || answer.body().length != size) {
      throw new IOException(answer.statusCode() + ", " + answer.body().length + " bytes");
    }
  }
}
