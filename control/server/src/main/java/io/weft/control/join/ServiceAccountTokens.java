package io.weft.control.join;

import io.grpc.Status;
import io.weft.control.join.JoinOptions.Kubernetes;
import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Judges service account tokens of one Kubernetes cluster without asking it: by signature, issuer,
 * audience and time. What they prove is the service account and its namespace. Confined as its keys
 * are; signatures are verified elsewhere.
 */
final class ServiceAccountTokens {
  private static final String NAME = "the service account token";
  private static final int LARGEST = 16 * 1024;
  private static final int SKEW_SECONDS = 30;
  private static final Pattern SUBJECT =
      Pattern.compile("system:serviceaccount:(" + Names.LABEL + "):(" + Names.PRINCIPAL + ")");

  private final Kubernetes options;
  private final IssuerKeys keys;
  private final Executor verifying;
  private final Clock clock;

  ServiceAccountTokens(Kubernetes options, IssuerKeys keys, Executor verifying, Clock clock) {
    this.options = options;
    this.keys = keys;
    this.verifying = verifying;
    this.clock = clock;
  }

  CompletableFuture<Judgement> judge(String token) {
    String id;
    try {
      id = keyId(token);
    } catch (JoseException | RuntimeException e) {
      return CompletableFuture.completedFuture(
          Refusal.unproven(NAME + " is not a signed token: is it the file of a projected volume?"));
    }
    if (id.isEmpty()) {
      return CompletableFuture.completedFuture(Refusal.unproven(NAME + " does not name its key"));
    }
    return keys.find(id)
        .thenApplyAsync(key -> key.map(k -> verify(token, k)).orElseGet(this::noKey), verifying);
  }

  private static String keyId(String token) throws JoseException {
    if (token.length() > LARGEST
        || !(JsonWebStructure.fromCompactSerialization(token) instanceof JsonWebSignature signed)) {
      throw new JoseException("not a signed token");
    }
    String id = signed.getKeyIdHeaderValue();
    return id == null ? "" : id;
  }

  private Judgement noKey() {
    return keys.trouble().isEmpty()
        ? Refusal.unproven(
            NAME + " is signed by no key in " + options.keys() + ": is it of this cluster?")
        : new Refusal(
            Status.Code.UNAVAILABLE,
            "control cannot read the keys of service account tokens from "
                + options.keys()
                + ": "
                + keys.trouble());
  }

  private Judgement verify(String token, Key key) {
    JwtConsumer consumer =
        new JwtConsumerBuilder()
            .setVerificationKey(key)
            .setJwsAlgorithmConstraints(ConstraintType.PERMIT, "RS256", "ES256")
            .setExpectedIssuer(options.issuer())
            .setExpectedAudience(options.audience())
            .setRequireExpirationTime()
            .setRequireSubject()
            .setAllowedClockSkewInSeconds(SKEW_SECONDS)
            .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
            .build();
    try {
      return proven(consumer.processToClaims(token));
    } catch (InvalidJwtException e) {
      return Refusal.unproven(NAME + " " + wrong(e));
    } catch (MalformedClaimException | RuntimeException e) {
      return Refusal.unproven(NAME + " cannot be read: a claim is not what it should be");
    }
  }

  private String wrong(InvalidJwtException e) {
    if (e.hasErrorCode(ErrorCodes.EXPIRED)) {
      return "has expired: is its file of a projected volume, which the kubelet renews?";
    }
    if (e.hasErrorCode(ErrorCodes.NOT_YET_VALID)) {
      return "is not valid yet: compare the clocks of the cluster and of control";
    }
    if (e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
        || e.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
      return "is not for audience "
          + options.audience()
          + ": set it in the pod's projected volume (serviceAccountToken.audience)";
    }
    if (e.hasErrorCode(ErrorCodes.ISSUER_INVALID) || e.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
      return "is not of issuer " + options.issuer() + ", the one that this control believes";
    }
    if (e.hasErrorCode(ErrorCodes.EXPIRATION_MISSING)) {
      return "never expires: use one of a projected volume";
    }
    return "is not signed by its key with RS256 or ES256";
  }

  private static Judgement proven(JwtClaims claims) throws MalformedClaimException {
    Account account = account(claims.getClaimValue("kubernetes.io"));
    if (account == null) {
      Matcher subject = SUBJECT.matcher(claims.getSubject());
      account = subject.matches() ? new Account(subject.group(1), subject.group(2)) : null;
    }
    if (account == null) {
      return Refusal.unproven(NAME + " names no service account");
    }
    NumericDate issued = claims.getIssuedAt();
    return new Joined(
        NAME + " of " + account.namespace() + "/" + account.name(),
        account.namespace(),
        account.name(),
        issued == null ? Instant.EPOCH : Instant.ofEpochSecond(issued.getValue()),
        Instant.ofEpochSecond(claims.getExpirationTime().getValue() + SKEW_SECONDS),
        "");
  }

  private record Account(String namespace, String name) {}

  private static @Nullable Account account(@Nullable Object claim) {
    return claim instanceof Map<?, ?> of
            && of.get("namespace") instanceof String namespace
            && of.get("serviceaccount") instanceof Map<?, ?> by
            && by.get("name") instanceof String name
            && namespace.matches(Names.LABEL)
            && name.matches(Names.PRINCIPAL)
        ? new Account(namespace, name)
        : null;
  }
}
