package io.weft.it.process;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Somebody who signs tokens (ES256) and shows the public keys by HTTPS, on a free port of loopback.
 * Thread-safe.
 */
public final class TokenIssuer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final Path store;
  private final HttpsServer server;
  private final Map<String, KeyPair> keys = new ConcurrentHashMap<>();
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile List<String> shown = List.of();

  private TokenIssuer(Path store, HttpsServer server) {
    this.store = store;
    this.server = server;
  }

  /** Opens one, with a certificate of its own making under {@code folder}. */
  public static TokenIssuer open(Path folder) {
    try {
      Path store = folder.resolve("issuer.p12");
      keytool(store);
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(tls(store)));
      TokenIssuer issuer = new TokenIssuer(store, server);
      server.createContext(
          "/keys",
          exchange -> {
            issuer.fetches.incrementAndGet();
            byte[] body = issuer.keySet().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Cache-Control", "max-age=1");
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      server.start();
      return issuer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Options for a JVM that shall believe its certificate. */
  public List<String> trustOptions() {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  /** Where the keys are. */
  public String uri() {
    return "https://localhost:" + server.getAddress().getPort() + "/keys";
  }

  /** Shows these keys from now on, made if they are new. */
  public void show(String... ids) {
    for (String id : ids) {
      key(id);
    }
    shown = List.of(ids);
  }

  /** How often the keys were fetched. */
  public int fetches() {
    return fetches.get();
  }

  /** A token of an issuer with a subject, signed with one of the keys, shown or not. */
  public String token(String issuer, String subject, String keyId) {
    String head = "{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}";
    String claims = "{\"iss\":\"" + issuer + "\",\"sub\":\"" + subject + "\"}";
    String signed = base64(head) + "." + base64(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key(keyId).getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private KeyPair key(String id) {
    return keys.computeIfAbsent(
        id,
        i -> {
          try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
          } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
          }
        });
  }

  /** The keys that it shows, as a JWK Set. */
  public String keySet() {
    return shown.stream()
        .map(
            id -> {
              ECPublicKey key = (ECPublicKey) key(id).getPublic();
              return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\""
                  + id
                  + "\",\"x\":\""
                  + base64(coordinate(key.getW().getAffineX()))
                  + "\",\"y\":\""
                  + base64(coordinate(key.getW().getAffineY()))
                  + "\"}";
            })
        .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  // RFC 7518, 6.2.1.2: as long as the curve's field, whatever its value.
  private static byte[] coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] padded = new byte[32];
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, padded, 32 - length, length);
    return padded;
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static SSLContext tls(Path store) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    return tls;
  }

  private static void keytool(Path store) throws IOException {
    List<String> command =
        Arrays.asList(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD,
            "-alias",
            "issuer",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
            "-ext",
            "BC=ca:true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(store.resolveSibling("keytool.log").toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new AssertionError(Files.readString(store.resolveSibling("keytool.log")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
