package io.weft.control.join;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A Kubernetes cluster, as far as its tokens and the keys that sign them go. */
public final class Cluster {
  public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

  private Cluster() {}

  public static PublicJsonWebKey rsa(String id) throws JoseException {
    return named(RsaJwkGenerator.generateJwk(2_048), id);
  }

  public static PublicJsonWebKey ec(String id) throws JoseException {
    return named(EcJwkGenerator.generateJwk(EllipticCurves.P256), id);
  }

  private static PublicJsonWebKey named(PublicJsonWebKey key, String id) {
    key.setKeyId(id);
    return key;
  }

  /** What the API server serves under /openid/v1/jwks. */
  public static String jwks(PublicJsonWebKey... keys) {
    return new JsonWebKeySet(keys).toJson(OutputControlLevel.PUBLIC_ONLY);
  }

  /** The claims of a token of a projected volume, good for an hour. */
  public static JwtClaims claims(String namespace, String account, Instant now) {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setAudience("weft");
    claims.setSubject("system:serviceaccount:" + namespace + ":" + account);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setNotBefore(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(now.getEpochSecond() + 3_600));
    claims.setClaim(
        "kubernetes.io",
        Map.of(
            "namespace",
            namespace,
            "pod",
            Map.of("name", account + "-1", "uid", "p"),
            "serviceaccount",
            Map.of("name", account, "uid", "s")));
    return claims;
  }

  public static String token(JwtClaims claims, PublicJsonWebKey key) throws JoseException {
    return token(claims, key, key.getKeyType().equals("EC") ? "ES256" : "RS256");
  }

  static String token(JwtClaims claims, PublicJsonWebKey key, String algorithm)
      throws JoseException {
    JsonWebSignature signing = new JsonWebSignature();
    signing.setPayload(claims.toJson());
    signing.setKey(key.getPrivateKey());
    signing.setKeyIdHeaderValue(key.getKeyId());
    signing.setAlgorithmHeaderValue(algorithm);
    return signing.getCompactSerialization();
  }

  static List<String> lines(Judgement judgement) {
    return ((Refusal) judgement).reason().lines().toList();
  }
}
