package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.Source;
import io.weft.api.v1.TokenPlace;
import io.weft.api.v1.ValuesMatch;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetSequenceJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tokens are believed; all are signed with real keys. */
class TokensTest {
  private static final long NOW = 1_000_000;
  private static final PublicJsonWebKey RSA = rsa("rsa");
  private static final PublicJsonWebKey EC = ec("ec");
  private static final PublicJsonWebKey ED = ed("ed");
  private static final String PAYLOAD =
      """
      {"iss": "me", "aud": ["shop", "bank"], "sub": "ann", "exp": 1000100, "nbf": 999900,
       "scope": "read write", "realm": {"roles": ["clerk", "boss"]}, "a.b": 1}\
      """;

  private static final String LASTING =
      """
      {"iss": "me", "aud": "shop", "exp": 99000000000, "realm": {"roles": ["boss"]}}\
      """;

  private static final String URI = "https://login.example.com/keys";

  private final List<String> unknownKeys = new ArrayList<>();
  private final Tokens tokens = tokens(document());

  @ParameterizedTest
  @CsvSource({
    "RS256,rsa",
    "RS384,rsa",
    "RS512,rsa",
    "PS256,rsa",
    "PS384,rsa",
    "PS512,rsa",
    "ES256,ec",
    "EdDSA,ed"
  })
  void signed_by_a_key_of_the_issuer_it_is_believed(String algorithm, String key) {
    String withId = signed(PAYLOAD, algorithm, key(key), key);
    String withoutId = signed(PAYLOAD, algorithm, key(key), "");

    assertThat(look(bearer(withId)).refusedBy()).isNull();
    assertThat(look(bearer(withoutId)).refusedBy()).isNull();
    assertThat(look(bearer(withId)).claims().meet("sub", Patterns.of(List.of("ann")))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"iss": "me", "aud": "shop"}                       | yes
          {"iss": "me", "aud": "shop", "exp": 999941}        | yes
          {"iss": "me", "aud": "shop", "exp": 999940}        | no
          {"iss": "me", "aud": "shop", "nbf": 1000060}       | yes
          {"iss": "me", "aud": "shop", "nbf": 1000061}       | no
          {"iss": "me", "aud": "shop", "exp": "soon"}        | no
          {"iss": "me", "aud": "shop", "exp": -1}            | no
          {"iss": "me", "aud": "other"}                      | no
          {"iss": "me"}                                      | no
          {"iss": "you", "aud": "shop"}                      | no
          {"iss": ["me"], "aud": "shop"}                     | no
          {"aud": "shop"}                                    | no
          []                                                 | no
          nothing                                            | no
          """)
  void what_it_says_must_fit(String payload, String believed) {
    Tokens.Shown shown = look(bearer(signed(payload, "ES256", EC, "ec")));

    assertThat(shown.refusedBy() == null).isEqualTo(believed.equals("yes"));
  }

  @Test
  void forgeries_are_refused() throws JoseException {
    String good = signed(PAYLOAD, "RS256", RSA, "rsa");
    String[] parts = good.split("\\.");
    JsonWebSignature crit = unsigned(PAYLOAD, "RS256", "rsa");
    crit.setKey(RSA.getPrivateKey());
    crit.setHeader("b64", true);
    crit.setCriticalHeaderNames("b64");
    // The public key as if it were a secret that both share.
    JsonWebSignature confused = unsigned(PAYLOAD, "HS256", "rsa");
    confused.setKey(new HmacKey(RSA.getPublicKey().getEncoded()));

    refused(encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".");
    refused(encoded("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2]);
    refused(confused.getCompactSerialization());
    refused(crit.getCompactSerialization());
    refused(signed(PAYLOAD, "RS256", rsa("rsa"), "rsa"));
    refused(signed(PAYLOAD, "RS256", RSA, "other"));
    refused(signed(PAYLOAD, "ES256", ec("rsa"), "rsa"));
    refused(parts[0] + "." + encoded(PAYLOAD.replace("ann", "bob")) + "." + parts[2]);
    refused(parts[0] + "." + parts[1] + ".");
    refused(parts[0] + "." + parts[1]);
    refused(good + ".x");
    refused("...");
    refused("x".repeat(8_193));
    refused(encoded("[".repeat(2_900)) + "." + encoded("[".repeat(2_900)) + ".x");
    refused(encoded("{\"a\":".repeat(500)) + "." + encoded("{\"iss\":".repeat(500)) + ".x");
  }

  @Test
  void a_secret_among_the_keys_signs_nothing() {
    OctetSequenceJsonWebKey secret =
        new OctetSequenceJsonWebKey(new HmacKey("0123456789abcdef0123456789abcdef".getBytes(US)));
    Tokens shared = tokens(document().setJwks(keys(secret)));

    String token = signed(PAYLOAD, "HS256", secret, "");

    assertThat(shared.look(bearer(token)).refusedBy()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"''", "not JSON", "'{\"keys\": 1}'", "'{\"keys\": []}'"})
  void without_keys_all_are_refused(String jwks) {
    Tokens keyless = tokens(document().setJwks(jwks));

    assertThat(keyless.look(bearer(signed(PAYLOAD, "ES256", EC, "ec"))).refusedBy()).isNotNull();
    assertThat(keyless.look(new TestRequest(Map.of())).refusedBy()).isNull();
  }

  @Test
  void none_is_no_fault_and_has_no_claims() {
    Tokens.Shown shown = look(new TestRequest(Map.of("authorization", List.of("Basic eDp5"))));

    assertThat(shown.refusedBy()).isNull();
    assertThat(shown.claims()).isSameAs(Claims.NONE);
    assertThat(shown.hidden()).containsExactly("x-claims");
    assertThat(shown.added()).isEmpty();
  }

  @Test
  void two_that_differ_are_refused() {
    String one = signed(PAYLOAD, "ES256", EC, "ec");
    String two = signed(PAYLOAD, "RS256", RSA, "rsa");

    assertThat(
            look(new TestRequest(
                    Map.of("authorization", List.of("Bearer " + one, "Bearer " + two))))
                .refusedBy())
        .isNotNull();
    assertThat(
            look(new TestRequest(
                    Map.of(
                        "authorization",
                        List.of("bearer " + one),
                        "cookie",
                        List.of("a=b; token=" + one))))
                .refusedBy())
        .isNull();
  }

  @Test
  void the_application_gets_the_claims_and_not_the_token() {
    String token = signed(PAYLOAD, "ES256", EC, "ec");

    Tokens.Shown shown = look(bearer(token));

    assertThat(shown.hidden()).containsExactlyInAnyOrder("x-claims", "authorization");
    assertThat(shown.added())
        .singleElement()
        .satisfies(
            header ->
                assertThat(new String(Base64.getUrlDecoder().decode(header.value()), US))
                    .isEqualTo(PAYLOAD));
    assertThat(tokens(document().setForwardOriginal(true)).look(bearer(token)).hidden())
        .containsExactly("x-claims");
  }

  @Test
  void a_token_once_checked_still_ends() {
    Moving clock = new Moving(Instant.ofEpochSecond(NOW));
    Tokens moving = Tokens.of(List.of(document().build()), false, clock, null, unknownKeys::add);
    TestRequest request = bearer(signed(PAYLOAD, "ES256", EC, "ec"));
    assertThat(moving.look(request).refusedBy()).isNull();

    clock.now = Instant.ofEpochSecond(NOW + 160);

    assertThat(moving.look(request).refusedBy()).isNotNull();
  }

  @Test
  void where_control_has_no_keys_yet_none_is_believed_and_those_it_had_stay() {
    TestRequest request = bearer(signed(PAYLOAD, "ES256", EC, "ec"));
    JwtAuthentication.Builder none = document().clearJwks().setJwksUri(URI);
    Tokens fetched = tokens(document().setJwksUri(URI));

    assertThat(tokens(none).look(request).refusedBy()).isNotNull();
    assertThat(tokens(none, fetched).look(request).refusedBy()).isNull();
    assertThat(tokens(none, tokens(none, fetched)).look(request).refusedBy()).isNull();
    assertThat(tokens(none.setJwksUri(URI + "2"), fetched).look(request).refusedBy()).isNotNull();
  }

  @Test
  void keys_that_control_has_replace_those_it_had() {
    Tokens fetched = tokens(document().setJwksUri(URI));
    Tokens rotated = tokens(document().setJwks(keys(RSA)).setJwksUri(URI), fetched);

    assertThat(rotated.look(bearer(signed(PAYLOAD, "ES256", EC, "ec"))).refusedBy()).isNotNull();
    assertThat(rotated.look(bearer(signed(PAYLOAD, "RS256", RSA, "rsa"))).refusedBy()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"new,yes", "ec,no", "'',no"})
  void a_key_that_is_not_among_those_fetched_is_asked_for(String id, String asked) {
    Tokens fetched = tokens(document().setJwksUri(URI));

    fetched.look(bearer(signed(PAYLOAD, "ES256", ec(id), id)));

    assertThat(unknownKeys).isEqualTo(asked.equals("yes") ? List.of(URI) : List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "sub,ann,yes",
    "sub,a*,yes",
    "sub,bob,no",
    "sub,*,yes",
    "realm.roles,boss,yes",
    "realm.roles,thief,no",
    "realm,*,no",
    "scope,write,yes",
    "scope,read write,yes",
    "scope,writ,no",
    "a.b,1,yes",
    "nothing.at.all,*,no"
  })
  void claims(String name, String pattern, String met) {
    Claims claims = look(bearer(signed(PAYLOAD, "ES256", EC, "ec"))).claims();

    assertThat(claims.meet(name, Patterns.of(List.of(pattern)))).isEqualTo(met.equals("yes"));
  }

  @Test
  void a_token_in_a_cookie_alone_is_believed() {
    String token = signed(PAYLOAD, "ES256", EC, "ec");

    Tokens.Shown shown = look(new TestRequest(Map.of("cookie", List.of("a=b; token=" + token))));

    assertThat(shown.refusedBy()).isNull();
    assertThat(shown.claims()).isNotSameAs(Claims.NONE);
  }

  @Test
  void a_service_asks_for_claims_and_denies_in_the_name_of_the_document() {
    TestRequest boss = bearer(signed(LASTING, "ES256", EC, "ec"));
    Inbound.Builder bosses =
        Inbound.newBuilder()
            .addJwtAuthentications(document())
            .addAuthorizations(
                Authorization.newBuilder()
                    .addRules(
                        AuthorizationRule.newBuilder()
                            .addClaims(
                                ValuesMatch.newBuilder()
                                    .setName("realm.roles")
                                    .addValues("boss"))));

    assertThat(judge(bosses, boss).denial()).isNull();
    assertThat(judge(bosses, bearer("forged")).by()).isEqualTo("JwtAuthentication/default/users@1");
    assertThat(judge(bosses, new TestRequest(Map.of())).denial()).isNotNull();
  }

  @Test
  void in_shadow_mode_a_forged_token_is_told_and_lets_through() {
    Judgement judgement =
        judge(
            Inbound.newBuilder().addJwtAuthentications(document().setShadow(true)),
            bearer("forged"));

    assertThat(judgement.denial()).isNull();
    assertThat(judgement.shadow()).containsExactly("JwtAuthentication/default/users@1");
  }

  private static Judgement judge(Inbound.Builder inbound, TestRequest request) {
    return new CompiledPolicies(inbound.build(), "weft.local", null, uri -> {})
        .judge(request, 0, new Random(42));
  }

  private static final java.nio.charset.Charset US = StandardCharsets.US_ASCII;

  private Tokens.Shown look(InboundRequest request) {
    return tokens.look(request);
  }

  private void refused(String token) {
    assertThat(look(bearer(token)).refusedBy()).as(token).isNotNull();
    assertThat(look(bearer(token)).claims()).isSameAs(Claims.NONE);
  }

  private Tokens tokens(JwtAuthentication.Builder document) {
    return tokens(document, null);
  }

  private Tokens tokens(JwtAuthentication.Builder document, @Nullable Tokens before) {
    return Tokens.of(
        List.of(document.build()),
        false,
        Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC),
        before,
        unknownKeys::add);
  }

  private static JwtAuthentication.Builder document() {
    return JwtAuthentication.newBuilder()
        .setSource(
            Source.newBuilder()
                .setKind("JwtAuthentication")
                .setNamespace("default")
                .setName("users")
                .setGeneration(1))
        .setIssuer("me")
        .addAudiences("shop")
        .setJwks(keys(RSA, EC, ED))
        .setClockSkewNanos(60_000_000_000L)
        .setForwardHeader("x-claims")
        .addFrom(TokenPlace.newBuilder().setHeader("authorization").setPrefix("Bearer "))
        .addFrom(TokenPlace.newBuilder().setCookie("token"));
  }

  private static String keys(JsonWebKey... keys) {
    return new org.jose4j.jwk.JsonWebKeySet(keys)
        .toJson(
            keys[0] instanceof OctetSequenceJsonWebKey
                ? JsonWebKey.OutputControlLevel.INCLUDE_SYMMETRIC
                : JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
  }

  private static PublicJsonWebKey key(String name) {
    return switch (name) {
      case "rsa" -> RSA;
      case "ec" -> EC;
      default -> ED;
    };
  }

  private static String signed(String payload, String algorithm, JsonWebKey key, String id) {
    try {
      JsonWebSignature jws = unsigned(payload, algorithm, id);
      jws.setKey(key instanceof PublicJsonWebKey pair ? pair.getPrivateKey() : key.getKey());
      return jws.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonWebSignature unsigned(String payload, String algorithm, String id) {
    JsonWebSignature jws = new JsonWebSignature();
    jws.setPayload(payload);
    jws.setAlgorithmHeaderValue(algorithm);
    if (!id.isEmpty()) {
      jws.setKeyIdHeaderValue(id);
    }
    return jws;
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(US));
  }

  private static PublicJsonWebKey rsa(String id) {
    try {
      return named(RsaJwkGenerator.generateJwk(2048), id);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicJsonWebKey ec(String id) {
    try {
      return named(EcJwkGenerator.generateJwk(EllipticCurves.P256), id);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicJsonWebKey ed(String id) {
    try {
      return named(OkpJwkGenerator.generateJwk("Ed25519"), id);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicJsonWebKey named(PublicJsonWebKey key, String id) {
    key.setKeyId(id);
    return key;
  }

  private static TestRequest bearer(String token) {
    return new TestRequest(Map.of("authorization", List.of("Bearer " + token)));
  }

  private static final class Moving extends Clock {
    private Instant now;

    Moving(Instant now) {
      this.now = now;
    }

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
