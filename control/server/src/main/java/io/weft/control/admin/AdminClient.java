package io.weft.control.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Talks to the admin API over TLS that trusts the mesh's root alone. Thread-safe. */
public final class AdminClient {
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String token;

  /** Status and body. */
  public record Answer(int status, String body) {}

  private AdminClient(HttpClient http, String token) {
    this.http = http;
    this.token = token;
  }

  /**
   * One that knows control by a root certificate and shows it a token.
   *
   * @throws IOException if the root does not read
   */
  public static AdminClient of(Path root, String token) throws IOException {
    try (InputStream in = Files.newInputStream(root)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return new AdminClient(
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(Duration.ofSeconds(5))
              .sslContext(tls)
              .build(),
          token);
    } catch (GeneralSecurityException e) {
      throw new IOException(root + " is not a certificate: " + e.getMessage(), e);
    }
  }

  /** One whose token stands in a file. */
  public static AdminClient of(Path root, Path tokenFile) throws IOException {
    return of(root, Files.readString(tokenFile).strip());
  }

  /** GET of a path such as {@code /v1/status}. */
  public CompletableFuture<Answer> get(String address, String path) {
    return send(address, path, "GET", HttpRequest.BodyPublishers.noBody(), "");
  }

  /** DELETE. */
  public CompletableFuture<Answer> delete(String address, String path) {
    return send(address, path, "DELETE", HttpRequest.BodyPublishers.noBody(), "");
  }

  /**
   * POST.
   *
   * @param file as messages about the body shall call it
   */
  public CompletableFuture<Answer> post(String address, String path, byte[] body, String file) {
    return send(address, path, "POST", HttpRequest.BodyPublishers.ofByteArray(body), file);
  }

  private CompletableFuture<Answer> send(
      String address, String path, String method, HttpRequest.BodyPublisher body, String file) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://" + address + path))
            .timeout(WAIT)
            .header("Authorization", "Bearer " + token)
            .header("Weft-Author", System.getProperty("user.name", ""))
            .method(method, body);
    if (!file.isEmpty()) {
      request.header(
          "Weft-File", java.net.URLEncoder.encode(file, java.nio.charset.StandardCharsets.UTF_8));
    }
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(response -> new Answer(response.statusCode(), response.body()));
  }
}
