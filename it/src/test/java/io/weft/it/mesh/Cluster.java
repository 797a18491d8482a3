package io.weft.it.mesh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/**
 * A Kubernetes cluster, as far as services join by it: an API server that tells its keys, over
 * HTTPS and to bearers of a token alone, and the tokens that the kubelet keeps in files.
 */
final class Cluster implements AutoCloseable {
  static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

  private final Path folder;
  private final Issuer authority = new Issuer();
  private final HttpsServer server;
  private volatile PublicJsonWebKey key = newKey();

  Cluster(Path folder) throws IOException, GeneralSecurityException {
    this.folder = folder;
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(authority.server()));
    server.createContext("/openid/v1/jwks", this::keys);
    server.start();
  }

  /** What control is told of it. */
  List<String> options() throws IOException {
    return List.of(
        "--kubernetes-issuer",
        ISSUER,
        "--kubernetes-jwks",
        "https://127.0.0.1:" + server.getAddress().getPort() + "/openid/v1/jwks",
        "--kubernetes-jwks-ca",
        authority.root(folder).toString(),
        "--kubernetes-jwks-token",
        Files.writeString(folder.resolve("own-token"), "control's own\n").toString());
  }

  /** Signs with another key from now on, and no longer tells the one before. */
  PublicJsonWebKey rotate() {
    PublicJsonWebKey before = key;
    key = newKey();
    return before;
  }

  PublicJsonWebKey key() {
    return key;
  }

  /** A file with a token of a service account. */
  Path token(String namespace, String account) throws IOException {
    return token(namespace, account, key, claims -> {});
  }

  /** One that is not as it should be. */
  Path token(String namespace, String account, PublicJsonWebKey by, Consumer<JwtClaims> change)
      throws IOException {
    return file(signed(claims(namespace, account, change), by));
  }

  /** One that nobody has signed. */
  Path unsigned(String namespace, String account) throws IOException {
    return file(
        base64("{\"alg\":\"none\",\"kid\":\"" + key.getKeyId() + "\"}")
            + "."
            + base64(claims(namespace, account, claims -> {}).toJson())
            + ".");
  }

  static PublicJsonWebKey newKey() {
    try {
      PublicJsonWebKey made = RsaJwkGenerator.generateJwk(2_048);
      made.setKeyId(Long.toHexString(System.nanoTime()));
      return made;
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static JwtClaims claims(String namespace, String account, Consumer<JwtClaims> change) {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setAudience("weft");
    claims.setSubject("system:serviceaccount:" + namespace + ":" + account);
    claims.setIssuedAtToNow();
    claims.setNotBeforeMinutesInThePast(0);
    claims.setExpirationTimeMinutesInTheFuture(60);
    claims.setClaim(
        "kubernetes.io",
        Map.of("namespace", namespace, "serviceaccount", Map.of("name", account, "uid", "1")));
    change.accept(claims);
    return claims;
  }

  private static String signed(JwtClaims claims, PublicJsonWebKey by) {
    try {
      JsonWebSignature signing = new JsonWebSignature();
      signing.setPayload(claims.toJson());
      signing.setKey(by.getPrivateKey());
      signing.setKeyIdHeaderValue(by.getKeyId());
      signing.setAlgorithmHeaderValue("RS256");
      return signing.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path file(String token) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "token", ""), token);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void keys(HttpExchange exchange) throws IOException {
    boolean known =
        "Bearer control's own".equals(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] body =
        new JsonWebKeySet(key)
            .toJson(OutputControlLevel.PUBLIC_ONLY)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(known ? 200 : 401, known ? body.length : -1);
    if (known) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
    exchange.close();
  }
}
