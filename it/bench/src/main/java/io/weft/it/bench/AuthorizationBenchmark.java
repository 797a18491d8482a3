package io.weft.it.bench;

import io.weft.api.v1.Inbound;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.inbound.Judgement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to judge a request by 1,000 rules of Authorization, from its head to the end of its
 * answer, the application left out.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AuthorizationBenchmark {
  private static final String ISSUER = "https://issuer.example.com";

  /** Rules, and a request that does not get far, or as far as the last of them. */
  public enum Case {
    NO_POLICY(null, "/api/991/x", "caller", true),
    NONE_MATCHES(GuardedService.Rules.MIXED, "/nowhere/1/page?q=1", "stranger", false),
    PATH_IN_THE_MIDDLE(GuardedService.Rules.MIXED, "/api/471/items/42?detail=full", "caller", true),
    LAST_PATH(GuardedService.Rules.MIXED, "/api/992/items/42?detail=full", "caller", true),
    LAST_CALLER(GuardedService.Rules.MIXED, "/anything/at/all?q=1", "caller-994", true),
    SUFFIX(GuardedService.Rules.MIXED, "/catalog/of/2024/index.json", "reader-993", true),
    HEADER(GuardedService.Rules.MIXED, "/gold/996/items/42", "stranger", true),
    DENIED(GuardedService.Rules.MIXED, "/admin/900", "caller", false),
    CLAIM(GuardedService.Rules.MIXED, "/clerks/997/items/42", "stranger", true),
    ENCODED_PATH(GuardedService.Rules.MIXED, "/api/992/caf%C3%A9//42;x=1", "caller", true),
    CALLERS_NONE(GuardedService.Rules.CALLERS, "/api/x", "stranger", false),
    CALLERS_LAST(GuardedService.Rules.CALLERS, "/api/x", "caller-999", true),
    FOLDERS_NONE(GuardedService.Rules.FOLDERS, "/api/x", "caller", false),
    FOLDERS_LAST(GuardedService.Rules.FOLDERS, "/api/999/x", "caller", true);

    private final GuardedService.@Nullable Rules rules;
    private final String target;
    private final String caller;
    private final boolean admitted;

    Case(GuardedService.@Nullable Rules rules, String target, String caller, boolean admitted) {
      this.rules = rules;
      this.target = target;
      this.caller = caller;
      this.admitted = admitted;
    }
  }

  /** What happens. */
  @Param public Case happens = Case.LAST_PATH;

  /** Whether callers show a token, which JwtAuthentication checks. */
  @Param({"false", "true"})
  public boolean token;

  private InboundRequest request = new Served("GET", "/", Peer.UNKNOWN, Map.of());

  /** Puts the policies in force. */
  @Setup
  public void begin() throws JoseException {
    Inbound.Builder inbound =
        happens.rules == null ? Inbound.newBuilder() : GuardedService.inbound(happens.rules);
    inbound.setRateLimit(GuardedService.rateLimit());
    Map<String, String> fields = Map.of("tier", "gold", "accept", "*/*");
    if (token || happens == Case.CLAIM) {
      PublicJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
      inbound.addJwtAuthentications(GuardedService.tokensOf(ISSUER, key));
      fields = Map.of("tier", "gold", "accept", "*/*", "authorization", "Bearer " + signed(key));
    }
    InboundPolicies policies = InboundPolicies.ofThisProcess();
    policies.apply(policies.prepare(inbound.build(), "weft.local"));
    Peer peer =
        Peer.of(SpiffeId.parse("spiffe://weft.local/ns/shop/sa/" + happens.caller), List.of());
    request = new Served("GET", happens.target, peer, fields);
    if ((judge().denial() == null) != happens.admitted) {
      throw new IllegalStateException(happens + " " + judge());
    }
  }

  /** One request. */
  @Benchmark
  public Judgement judge() {
    InboundCall call = InboundCall.start(request);
    Judgement judgement = call.judgement();
    call.end(200);
    return judgement;
  }

  private static String signed(PublicJsonWebKey key) throws JoseException {
    JsonWebSignature token = new JsonWebSignature();
    token.setAlgorithmHeaderValue("RS256");
    token.setPayload(
        "{\"iss\":\"%s\",\"aud\":\"bench\",\"sub\":\"ann\",\"roles\":[\"boss\",\"clerk-997\"]}"
            .formatted(ISSUER));
    token.setKey(key.getPrivateKey());
    return token.getCompactSerialization();
  }
}
