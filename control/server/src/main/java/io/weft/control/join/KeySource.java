package io.weft.control.join;

import io.weft.control.join.JoinOptions.Kubernetes;
import io.weft.control.keys.HttpKeySets;
import io.weft.control.keys.KeptKeys.Fetched;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
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
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads the text of a JWK set where the options say. Thread-safe; never blocks its caller. */
final class KeySource implements Supplier<CompletableFuture<String>> {
  private static final Duration AT_MOST = Duration.ofSeconds(6);

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
      HttpKeySets http =
          options.keysCa().isPresent()
              ? HttpKeySets.trusting(trusting(options.keysCa().get()), AT_MOST)
              : HttpKeySets.within(AT_MOST);
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

  private static CompletableFuture<String> fetch(HttpKeySets http, URI uri, Optional<Path> token) {
    return CompletableFuture.supplyAsync(
            () -> {
              HttpRequest.Builder request = HttpRequest.newBuilder(uri);
              token.ifPresent(
                  file -> request.header("Authorization", "Bearer " + text(file).strip()));
              return request;
            })
        .thenCompose(http::fetch)
        .thenApply(Fetched::keys);
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
