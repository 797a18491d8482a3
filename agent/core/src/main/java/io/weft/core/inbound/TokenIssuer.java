package io.weft.core.inbound;

import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.TokenPlace;
import io.weft.core.config.Source;
import io.weft.core.log.Log;
import java.security.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Checks the tokens of one issuer as a document demands it. Immutable. */
final class TokenIssuer {
  private static final int MOST_KEYS = 100;
  private static final AlgorithmConstraints ALGORITHMS =
      new AlgorithmConstraints(
          AlgorithmConstraints.ConstraintType.PERMIT,
          "RS256",
          "RS384",
          "RS512",
          "PS256",
          "PS384",
          "PS512",
          "ES256",
          "ES384",
          "ES512",
          "EdDSA");

  private final Source source;
  private final JwtAuthentication document;
  private final List<Candidate> keys;
  private final Consumer<String> unknownKeys;

  /** A key, and what it may be used for; an empty id fits all. */
  private record Candidate(String id, String type, String algorithm, Key key) {
    boolean fits(String tokenKeyId, String tokenAlgorithm) {
      return (id.isEmpty() || tokenKeyId.isEmpty() || id.equals(tokenKeyId))
          && (algorithm.isEmpty() || algorithm.equals(tokenAlgorithm))
          && type.equals(typeFor(tokenAlgorithm));
    }

    private static String typeFor(String algorithm) {
      return algorithm.startsWith("ES") ? "EC" : algorithm.equals("EdDSA") ? "OKP" : "RSA";
    }
  }

  /**
   * @param before the same issuer as it was, whose keys stay where control has none of its own yet
   * @param unknownKeys told the jwks_uri of an issuer whose tokens name a key that is not known
   */
  TokenIssuer(
      JwtAuthentication document, @Nullable TokenIssuer before, Consumer<String> unknownKeys) {
    this.source = Source.of(document.getSource());
    this.document = document;
    this.unknownKeys = unknownKeys;
    this.keys =
        before != null
                && document.getJwks().isEmpty()
                && before.document.getJwksUri().equals(document.getJwksUri())
            ? before.keys
            : keys();
    if (keys.isEmpty() && document.getJwksUri().isEmpty()) {
      Log.warnOnce(
          source + ": no key of " + document.getIssuer() + " is known: its tokens are refused");
    }
  }

  Source source() {
    return source;
  }

  String name() {
    return document.getIssuer();
  }

  List<TokenPlace> places() {
    return document.getFromList();
  }

  String forwardHeader() {
    return document.getForwardHeader();
  }

  boolean forwardsOriginal() {
    return document.getForwardOriginal();
  }

  // What cannot be read is no key: tokens are refused rather than the whole push.
  private List<Candidate> keys() {
    if (document.getJwks().isEmpty()) {
      return List.of();
    }
    List<Candidate> found = new ArrayList<>();
    try {
      for (JsonWebKey each : new JsonWebKeySet(document.getJwks()).getJsonWebKeys()) {
        boolean signs = each.getUse() == null || each.getUse().equals("sig");
        if (signs && each instanceof PublicJsonWebKey key && found.size() < MOST_KEYS) {
          found.add(
              new Candidate(
                  orEmpty(key.getKeyId()),
                  key.getKeyType(),
                  orEmpty(key.getAlgorithm()),
                  key.getPublicKey()));
        }
      }
    } catch (JoseException | RuntimeException e) {
      Log.warnOnce(source + ": its keys cannot be read: " + e.getMessage());
      return List.of();
    }
    return List.copyOf(found);
  }

  /** Whether one of the keys has signed it, by an algorithm that fits the key. */
  boolean hasSigned(String token) {
    try {
      JsonWebSignature signed = new JsonWebSignature();
      signed.setAlgorithmConstraints(ALGORITHMS);
      signed.setCompactSerialization(token);
      // No extension is known here (RFC 7515, section 4.1.11).
      if (signed.getHeaders().getObjectHeaderValue("crit") != null) {
        return false;
      }
      String algorithm = orEmpty(signed.getAlgorithmHeaderValue());
      String keyId = orEmpty(signed.getKeyIdHeaderValue());
      for (Candidate each : keys) {
        if (each.fits(keyId, algorithm) && isBy(each.key(), signed)) {
          return true;
        }
      }
      if (!document.getJwksUri().isEmpty() && !keyId.isEmpty() && !knows(keyId)) {
        unknownKeys.accept(document.getJwksUri());
      }
      return false;
    } catch (JoseException e) {
      return false;
    }
  }

  private boolean knows(String keyId) {
    return keys.stream().anyMatch(each -> each.id().equals(keyId));
  }

  private static boolean isBy(Key key, JsonWebSignature signed) {
    try {
      signed.setKey(key);
      return signed.verifySignature();
    } catch (JoseException e) {
      return false;
    }
  }

  /** Whether one of its audiences is meant. */
  boolean isFor(Map<String, ?> claims) {
    if (document.getAudiencesCount() == 0) {
      return true;
    }
    Object audience = claims.get("aud");
    if (audience instanceof List<?> many) {
      return many.stream().anyMatch(each -> document.getAudiencesList().contains(each));
    }
    return document.getAudiencesList().contains(audience);
  }

  long skewMillis() {
    return document.getClockSkewNanos() / 1_000_000;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
