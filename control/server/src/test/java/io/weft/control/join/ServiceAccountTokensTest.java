package io.weft.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.weft.control.join.JoinOptions.Kubernetes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;

/** What a service account token proves, and which prove nothing. */
class ServiceAccountTokensTest {
  private static final PublicJsonWebKey RSA = key("RSA");
  private static final PublicJsonWebKey EC = key("EC");

  private final TestClock clock = new TestClock();
  private final String jwks = Cluster.jwks(RSA, EC);
  private boolean away;
  private final ServiceAccountTokens tokens = tokens();

  @Test
  void a_token_proves_its_service_account_and_namespace_until_it_ends() throws Exception {
    Instant now = clock.instant();

    for (PublicJsonWebKey key : new PublicJsonWebKey[] {RSA, EC}) {
      assertThat(judge(Cluster.token(Cluster.claims("shop", "orders", now), key)))
          .isEqualTo(
              new Joined(
                  "the service account token of shop/orders",
                  "shop",
                  "orders",
                  now,
                  now.plusSeconds(3_630),
                  ""));
    }
  }

  @Test
  void without_the_claims_of_kubernetes_the_subject_tells_who_it_is() throws Exception {
    assertThat(judge(with(claims -> claims.unsetClaim("kubernetes.io"))))
        .isInstanceOfSatisfying(
            Joined.class,
            joined -> {
              assertThat(joined.namespace()).isEqualTo("shop");
              assertThat(joined.principal()).isEqualTo("orders");
            });
    assertThat(
            refused(
                with(
                    claims -> {
                      claims.unsetClaim("kubernetes.io");
                      claims.setSubject("system:serviceaccount:shop:../orders");
                    })))
        .contains("names no service account");
  }

  @Test
  void a_token_that_has_ended_or_not_begun_is_refused() throws Exception {
    String token = with(claims -> {});

    clock.forward(Duration.ofSeconds(3_629));
    assertThat(judge(token)).isInstanceOf(Joined.class);
    clock.forward(Duration.ofSeconds(1));
    assertThat(refused(token)).contains("has expired");

    assertThat(refused(with(claims -> claims.setNotBefore(at(clock.instant().plusSeconds(31))))))
        .contains("not valid yet");
    assertThat(refused(with(claims -> unset(claims, "exp")))).contains("never expires");
  }

  private static void unset(JwtClaims claims, String name) {
    claims.unsetClaim(name);
  }

  @Test
  void a_token_for_somebody_else_or_of_somebody_else_is_refused() throws Exception {
    assertThat(refused(with(claims -> claims.setAudience("vault")))).contains("audience weft");
    assertThat(refused(with(claims -> unset(claims, "aud")))).contains("audience weft");
    assertThat(refused(with(claims -> claims.setIssuer("https://elsewhere"))))
        .contains("issuer " + Cluster.ISSUER);
    assertThat(refused(with(claims -> unset(claims, "iss")))).contains("issuer");
    assertThat(refused(with(claims -> unset(claims, "sub")))).isNotEmpty();
  }

  @Test
  void several_audiences_may_be_meant() throws Exception {
    assertThat(judge(with(claims -> claims.setAudience("vault", "weft"))))
        .isInstanceOf(Joined.class);
  }

  @Test
  void a_signature_of_another_key_is_refused() throws Exception {
    PublicJsonWebKey same = Cluster.rsa(RSA.getKeyId());
    PublicJsonWebKey unknown = Cluster.rsa("unknown");
    JwtClaims claims = Cluster.claims("shop", "orders", clock.instant());

    assertThat(refused(Cluster.token(claims, same))).contains("not signed by its key");
    assertThat(refused(Cluster.token(claims, unknown))).contains("signed by no key");
  }

  @Test
  void what_is_not_signed_by_an_algorithm_of_clusters_is_refused() throws Exception {
    JwtClaims claims = Cluster.claims("shop", "orders", clock.instant());
    // Signed with the public key as if it were a shared secret.
    JsonWebSignature shared = new JsonWebSignature();
    shared.setPayload(claims.toJson());
    shared.setKey(new HmacKey(RSA.getPublicKey().getEncoded()));
    shared.setKeyIdHeaderValue(RSA.getKeyId());
    shared.setAlgorithmHeaderValue("HS256");
    String none =
        base64("{\"alg\":\"none\",\"kid\":\"" + RSA.getKeyId() + "\"}")
            + "."
            + base64(claims.toJson())
            + ".";

    for (String bad :
        new String[] {
          none,
          shared.getCompactSerialization(),
          Cluster.token(claims, RSA, "RS512"),
          Cluster.token(claims, RSA, "PS256"),
        }) {
      assertThat(refused(bad)).contains("not signed by its key");
    }
  }

  @Test
  void what_is_no_token_is_refused_in_one_line() {
    for (String bad : new String[] {"", "a", "a.b.c", "..", "a.b.c.d.e", "x".repeat(100_000)}) {
      assertThat(refused(bad)).contains("not a signed token");
    }
  }

  @Test
  void while_no_keys_could_ever_be_read_nobody_is_called_a_liar() throws Exception {
    away = true;

    assertThat(judge(with(claims -> {})))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(refusal.reason()).contains("the API server is away");
            });
  }

  private Judgement judge(String token) {
    return tokens.judge(token).join();
  }

  private String refused(String token) {
    Judgement judgement = judge(token);
    assertThat(judgement).isInstanceOf(Refusal.class);
    assertThat(Cluster.lines(judgement)).hasSize(1);
    return ((Refusal) judgement).reason();
  }

  private String with(Consumer<JwtClaims> change) throws JoseException {
    JwtClaims claims = Cluster.claims("shop", "orders", clock.instant());
    change.accept(claims);
    return Cluster.token(claims, RSA);
  }

  private ServiceAccountTokens tokens() {
    IssuerKeys keys =
        new IssuerKeys(
            "the cluster",
            () ->
                away
                    ? CompletableFuture.failedFuture(
                        new IllegalStateException("the API server is away"))
                    : CompletableFuture.completedFuture(jwks),
            Runnable::run,
            clock);
    return new ServiceAccountTokens(
        new Kubernetes(Cluster.ISSUER, "weft", "the cluster", Optional.empty(), Optional.empty()),
        keys,
        Runnable::run,
        clock);
  }

  private static NumericDate at(Instant time) {
    return NumericDate.fromSeconds(time.getEpochSecond());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static PublicJsonWebKey key(String type) {
    try {
      return type.equals("EC") ? Cluster.ec("ec") : Cluster.rsa("rsa");
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }
}
