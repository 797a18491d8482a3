package io.weft.control.join;

import io.grpc.Status;
import io.weft.api.v1.Credential;
import io.weft.control.identity.Token;
import io.weft.control.identity.Tokens;
import io.weft.control.join.JoinOptions.Kubernetes;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * Judges the credentials that agents join with. What a credential does not prove, nobody is: what
 * an agent says of itself counts only within it. Confined to the executor that it is given.
 */
public final class Joins {
  private final Tokens tokens;
  private final Executor confinement;
  private final @Nullable ServiceAccountTokens kubernetes;
  private final @Nullable ForeignCertificates certificates;

  private Joins(
      Tokens tokens,
      Executor confinement,
      @Nullable ServiceAccountTokens kubernetes,
      @Nullable ForeignCertificates certificates) {
    this.tokens = tokens;
    this.confinement = confinement;
    this.kubernetes = kubernetes;
    this.certificates = certificates;
  }

  /**
   * One that believes what the options say.
   *
   * @throws IOException in one line, if a file of theirs cannot be used
   * @throws IllegalArgumentException in one line, for an option that makes no sense
   */
  public static Joins by(JoinOptions options, Tokens tokens, Executor confinement, Clock clock)
      throws IOException {
    ServiceAccountTokens kubernetes = null;
    if (options.kubernetes().isPresent()) {
      Kubernetes cluster = options.kubernetes().get();
      IssuerKeys keys = new IssuerKeys(cluster.keys(), KeySource.of(cluster), confinement, clock);
      confinement.execute(keys::advance);
      kubernetes = new ServiceAccountTokens(cluster, keys, ForkJoinPool.commonPool(), clock);
    }
    return new Joins(
        tokens,
        confinement,
        kubernetes,
        options.authorities().isPresent()
            ? ForeignCertificates.by(options.authorities().get(), clock)
            : null);
  }

  /**
   * What a credential proves, told on the executor.
   *
   * @param shown certificates of the connection's client, whose key it has proven to have
   */
  public CompletableFuture<Judgement> judge(Credential credential, List<X509Certificate> shown) {
    return switch (credential.getCredentialCase()) {
      case TOKEN -> CompletableFuture.completedFuture(token(credential.getToken()));
      case KUBERNETES_SERVICE_ACCOUNT_TOKEN -> {
        ServiceAccountTokens judge = kubernetes;
        yield judge == null
            ? unknown("service account tokens", "--kubernetes-issuer and --kubernetes-jwks")
            : told(judge.judge(credential.getKubernetesServiceAccountToken()));
      }
      case X509 -> {
        ForeignCertificates judge = certificates;
        yield judge == null
            ? unknown("certificates", "--join-ca")
            : told(CompletableFuture.supplyAsync(() -> judge.judge(shown)));
      }
      case OIDC_TOKEN ->
          CompletableFuture.completedFuture(
              Refusal.unproven("this control takes no OIDC tokens of agents"));
      case CREDENTIAL_NOT_SET ->
          CompletableFuture.completedFuture(Refusal.unproven("there is no credential"));
    };
  }

  private CompletableFuture<Judgement> told(CompletableFuture<Judgement> judging) {
    return judging.handleAsync(
        (judged, fault) ->
            fault == null
                ? judged
                : new Refusal(Status.Code.INTERNAL, "the credential cannot be judged: " + fault),
        confinement);
  }

  private Judgement token(String credential) {
    Token token = tokens.check(Token.Purpose.JOIN, credential).orElse(null);
    if (token == null) {
      return Refusal.unproven(
          "the join token is unknown here, has expired or is revoked: weft token list shows what"
              + " there is, weft token create makes a new one");
    }
    String expires = token.expires();
    return new Joined(
        "the join token " + token.id(),
        token.namespace(),
        token.principal(),
        Instant.parse(token.created()),
        expires == null ? Instant.MAX : Instant.parse(expires),
        token.id());
  }

  private static CompletableFuture<Judgement> unknown(String what, String options) {
    return CompletableFuture.completedFuture(
        Refusal.unproven(
            "this control takes no " + what + ": start it with " + options + ", or join by token"));
  }
}
