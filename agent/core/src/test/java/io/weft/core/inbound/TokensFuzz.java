package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.TokenPlace;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** No token is believed but one that the issuer has signed, whatever callers make of it. */
class TokensFuzz {
  private static final PublicJsonWebKey EC = ec();
  private static final PublicJsonWebKey RSA = rsa();
  private static final List<String> GENUINE = List.of(signed("ES256", EC), signed("RS256", RSA));
  private static final Tokens TOKENS =
      Tokens.of(List.of(document()), false, Clock.systemUTC(), null, issuer -> {});

  @FuzzTest
  void a_token_is_believed_only_as_it_was_signed(FuzzedDataProvider data) {
    String genuine = data.pickValue(GENUINE);
    String token = data.consumeBoolean() ? mutated(genuine, data) : data.consumeAsciiString(4_000);
    String second = data.consumeBoolean() ? "Bearer " + data.consumeRemainingAsString() : "";

    Tokens.Shown shown = TOKENS.look(request("Bearer " + token, second));

    if (shown.claims() != Claims.NONE) {
      assertThat(shown.refusedBy()).isNull();
      assertThat(GENUINE).extracting(TokensFuzz::whatIsSigned).contains(whatIsSigned(token));
    }
  }

  private static TestRequest request(String authorization, String second) {
    return new TestRequest(
        second.isEmpty()
            ? Map.of("authorization", List.of(authorization))
            : Map.of(
                "authorization", List.of(authorization, second),
                "cookie", List.of("a=b; " + second)));
  }

  // A signature can be written in more than one way; what it signs cannot.
  private static String whatIsSigned(String token) {
    String stripped = token.strip();
    return stripped.substring(0, Math.max(0, stripped.lastIndexOf('.')));
  }

  private static String mutated(String genuine, FuzzedDataProvider data) {
    StringBuilder text = new StringBuilder(genuine);
    for (int edits = data.consumeInt(0, 4); edits > 0; edits--) {
      int at = data.consumeInt(0, text.length());
      switch (data.consumeInt(0, 2)) {
        case 0 -> text.insert(at, data.consumeAsciiString(8));
        case 1 -> text.delete(at, Math.min(text.length(), at + data.consumeInt(1, 50)));
        default -> {
          String other = data.consumeAsciiString(3);
          text.replace(at, Math.min(text.length(), at + other.length()), other);
        }
      }
    }
    return text.toString();
  }

  private static JwtAuthentication document() {
    return JwtAuthentication.newBuilder()
        .setIssuer("me")
        .setJwks(
            new JsonWebKeySet(List.of(EC, RSA)).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY))
        .addFrom(TokenPlace.newBuilder().setHeader("authorization").setPrefix("Bearer "))
        .addFrom(TokenPlace.newBuilder().setCookie("token"))
        .build();
  }

  private static PublicJsonWebKey ec() {
    try {
      return EcJwkGenerator.generateJwk(EllipticCurves.P256);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicJsonWebKey rsa() {
    try {
      return RsaJwkGenerator.generateJwk(2048);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signed(String algorithm, PublicJsonWebKey key) {
    try {
      JsonWebSignature token = new JsonWebSignature();
      token.setPayload("{\"iss\":\"me\",\"sub\":\"ann\",\"roles\":[\"clerk\"]}");
      token.setAlgorithmHeaderValue(algorithm);
      token.setKey(key.getPrivateKey());
      return token.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }
}
