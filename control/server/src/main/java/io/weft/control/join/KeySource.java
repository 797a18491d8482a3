package io.weft.control.join;

import io.weft.control.join.JoinOptions.Kubernetes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads the text of a JWK set where the options say. Thread-safe; never blocks its caller. */
final class KeySource implements Supplier<CompletableFuture<String>> {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ALL = Duration.ofSeconds(6);
  private static final int LARGEST = 1 << 20;

  private final Supplier<CompletableFuture<String>> reader;

  private KeySource(Supplier<CompletableFuture<String>> reader) {
    this.reader = reader;
  }

  /**
   * @throws IOException in one line, if the authorities' file cannot be used
   * @throws IllegalArgumentException in one line, if the place is neither a file nor an https URI
   */
  static KeySource of(Kubernetes options) throws IOException {
    String place = options.keys();
    if (place.startsWith("https://")) {
      URI uri;
      try {
        uri = URI.create(place);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "--kubernetes-jwks " + place + " is not a URI: " + e.getMessage(), e);
      }
      HttpClient http = client(options.keysCa());
      Optional<Path> token = options.keysToken();
      return new KeySource(() -> fetch(http, uri, token));
    }
    if (place.contains("://")) {
      throw new IllegalArgumentException(
          "--kubernetes-jwks " + place + " must be a file or begin with https://");
    }
    Path file = Path.of(place);
    return new KeySource(() -> CompletableFuture.supplyAsync(() -> text(file)));
  }

  @Override
  public CompletableFuture<String> get() {
    return reader.get();
  }

  private static CompletableFuture<String> fetch(HttpClient http, URI uri, Optional<Path> token) {
    return CompletableFuture.supplyAsync(
            () -> {
              HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ALL);
              token.ifPresent(
                  file -> request.header("Authorization", "Bearer " + text(file).strip()));
              return request.build();
            })
        .thenCompose(request -> http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
        .thenApply(
            answer -> {
              if (answer.statusCode() != 200) {
                throw new IllegalStateException("it answers with status " + answer.statusCode());
              }
              if (answer.body().length() > LARGEST) {
                throw new IllegalStateException("it is larger than a JWK set can be");
              }
              return answer.body();
            })
        .orTimeout(ALL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("there is no file " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e, e);
    }
  }

  private static HttpClient client(Optional<Path> authorities) throws IOException {
    HttpClient.Builder client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
    if (authorities.isPresent()) {
      client.sslContext(trusting(authorities.get()));
    }
    return client.build();
  }

  private static SSLContext trusting(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return tls;
    } catch (NoSuchFileException e) {
      throw new IOException("--kubernetes-jwks-ca: there is no file " + file, e);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "--kubernetes-jwks-ca: " + file + " holds no certificates: " + e.getMessage(), e);
    }
  }
}
