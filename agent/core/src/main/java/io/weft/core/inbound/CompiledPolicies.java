package io.weft.core.inbound;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateDemand;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Stage;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.config.Source;
import io.weft.core.fault.FaultPolicy;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.core.telemetry.TelemetryPolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The policies of the service that this process serves, made ready for requests. In the order in
 * which they are asked: MutualTls, JwtAuthentication, Authorization, RateLimit, Fault. Immutable
 * but for what a rate limit counts and what tokens have been checked.
 */
final class CompiledPolicies {
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int TOO_MANY = 429;
  private static final int INVALID_ARGUMENT = 3;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNAUTHENTICATED = 16;

  /** Nothing is asked of anybody. */
  static final CompiledPolicies NONE =
      new CompiledPolicies(Inbound.getDefaultInstance(), "", null, uri -> {});

  private final MutualTls mutualTls;
  private final boolean strict;
  private final Source mutualTlsSource;
  private final Set<Integer> exemptPorts;
  private final Set<String> exemptPaths;
  private final List<IpRange> exemptRanges;
  private final Rules enforced;
  private final Rules shadowed;
  private final boolean asksForPaths;
  private final boolean asksForMethods;
  private final Tokens tokens;
  private final Tokens shadowTokens;
  private final @Nullable RateLimit rateLimit;
  private final @Nullable RequestRate rate;
  private final Source rateLimitSource;
  private final FaultPolicy faults;
  private final TelemetryPolicy telemetry;

  /** Rules of both actions, whom to name where no ALLOW takes a request, and any of them. */
  private record Rules(
      AuthorizationRules deny,
      AuthorizationRules allow,
      @Nullable Source firstAllow,
      Optional<Source> first) {

    static Rules of(Inbound inbound, boolean shadow, String trustDomain) {
      List<Authorization> deny = new ArrayList<>();
      List<Authorization> allow = new ArrayList<>();
      for (Authorization each : inbound.getAuthorizationsList()) {
        if (each.getShadow() == shadow) {
          (each.getDeny() ? deny : allow).add(each);
        }
      }
      return new Rules(
          AuthorizationRules.of(deny, name -> wholeName(name, trustDomain)),
          AuthorizationRules.of(allow, name -> wholeName(name, trustDomain)),
          allow.isEmpty() ? null : Source.of(allow.get(0).getSource()),
          Stream.concat(deny.stream(), allow.stream())
              .map(each -> Source.of(each.getSource()))
              .findFirst());
    }

    boolean asksForPaths() {
      return deny.asksForPaths() || allow.asksForPaths();
    }

    boolean asksForMethods() {
      return deny.asksForMethods() || allow.asksForMethods();
    }

    /** The document that denies; null if none does. */
    @Nullable Source denier(Asked asked) {
      Source denier = deny.match(asked);
      if (denier != null || firstAllow == null) {
        return denier;
      }
      return allow.match(asked) == null ? firstAllow : null;
    }

    // Short names are of this mesh's own trust domain and of no other.
    private static String wholeName(String name, String trustDomain) {
      int slash = name.indexOf('/');
      return slash < 0 || name.startsWith("spiffe://")
          ? name
          : "spiffe://"
              + trustDomain
              + "/ns/"
              + name.substring(0, slash)
              + "/sa/"
              + name.substring(slash + 1);
    }
  }

  /**
   * @param trustDomain of this mesh, which short names of principals are in
   * @param before whose counts are kept where a rate limit stays as it was, and whose keys where
   *     control has none yet
   * @param unknownKeys told the jwks_uri of an issuer whose tokens name a key that is not known
   * @throws IllegalArgumentException in one line, if one cannot be read
   */
  CompiledPolicies(
      Inbound inbound,
      String trustDomain,
      @Nullable CompiledPolicies before,
      Consumer<String> unknownKeys) {
    if (inbound.getNeedsCount() > 0) {
      throw new IllegalArgumentException(
          "needs " + inbound.getNeeds(0) + ", which this agent does not have");
    }
    Unknown.in(inbound)
        .ifPresent(
            what -> {
              throw new IllegalArgumentException(
                  "has " + what + ", which this agent does not know: upgrade the agent");
            });
    mutualTls = inbound.getMutualTls();
    strict = mutualTls.getMode() == MutualTls.Mode.STRICT;
    mutualTlsSource = Source.of(mutualTls.getSource());
    exemptPorts = Set.copyOf(mutualTls.getExemptPortsList());
    exemptPaths = Set.copyOf(mutualTls.getExemptPathsList());
    exemptRanges = mutualTls.getExemptRangesList().stream().map(IpRange::parse).toList();
    enforced = Rules.of(inbound, false, trustDomain);
    shadowed = Rules.of(inbound, true, trustDomain);
    asksForPaths = enforced.asksForPaths();
    asksForMethods = enforced.asksForMethods();
    tokens =
        Tokens.of(
            inbound.getJwtAuthenticationsList(),
            false,
            Clock.systemUTC(),
            before == null ? null : before.tokens,
            unknownKeys);
    shadowTokens =
        Tokens.of(
            inbound.getJwtAuthenticationsList(),
            true,
            Clock.systemUTC(),
            before == null ? null : before.shadowTokens,
            unknownKeys);
    rateLimit = inbound.hasRateLimit() ? inbound.getRateLimit() : null;
    rateLimitSource = Source.of(inbound.getRateLimit().getSource());
    rate = rate(rateLimit, before);
    faults = inbound.hasFault() ? FaultPolicy.of(inbound.getFault()) : FaultPolicy.NONE;
    telemetry =
        inbound.hasTelemetry() ? TelemetryPolicy.of(inbound.getTelemetry()) : TelemetryPolicy.NONE;
  }

  private static @Nullable RequestRate rate(
      @Nullable RateLimit limit, @Nullable CompiledPolicies before) {
    if (limit == null) {
      return null;
    }
    if (before != null && before.rate != null && isSameRate(limit, before.rateLimit)) {
      return before.rate;
    }
    return new RequestRate(
        limit.getLimit(),
        limit.getPeriodNanos(),
        limit.getBurst(),
        limit.getScope() == RateLimit.Scope.GLOBAL,
        System.nanoTime());
  }

  private static boolean isSameRate(RateLimit limit, @Nullable RateLimit other) {
    return other != null
        && limit.toBuilder()
            .clearSource()
            .clearShadow()
            .build()
            .equals(other.toBuilder().clearSource().clearShadow().build());
  }

  /** Of a rate limit that instances share this one has a part from now on. */
  void share(double part, long now) {
    RequestRate shared = sharedRate();
    if (shared != null) {
      shared.share(part, now);
    }
  }

  /** How often was asked under a rate limit that instances share; empty if there is none. */
  Optional<RateDemand> rateDemand() {
    return Optional.ofNullable(sharedRate()).map(RequestRate::demand);
  }

  private @Nullable RequestRate sharedRate() {
    return rateLimit != null && rateLimit.getScope() == RateLimit.Scope.GLOBAL ? rate : null;
  }

  /** What is told of requests. */
  TelemetryPolicy telemetry() {
    return telemetry;
  }

  /** As {@link InboundGate#admitsPlaintext}. */
  boolean admitsPlaintext(int port, String address) {
    return !strict
        || mutualTls.getShadow()
        || !exemptPaths.isEmpty()
        || exemptPorts.contains(port)
        || (!exemptRanges.isEmpty() && IpRange.anyHas(exemptRanges, IpRange.bytes(address)));
  }

  /** The document that decides on plaintext, with its generation. */
  String mutualTlsSource() {
    return mutualTlsSource.withGeneration();
  }

  /** As {@link InboundPolicies#barredBy}. */
  Optional<Source> barredBy(int port, String address) {
    boolean exempt =
        !exemptRanges.isEmpty()
            && (address.isEmpty() || IpRange.anyHas(exemptRanges, IpRange.bytes(address)));
    return isStrictAt(port) && !exempt ? Optional.of(mutualTlsSource) : enforced.first();
  }

  /** As {@link InboundPolicies#isStrictAt}. */
  boolean isStrictAt(int port) {
    return strict && !mutualTls.getShadow() && !exemptPorts.contains(port);
  }

  /**
   * What they make of a request.
   *
   * @param chance what faults are drawn with
   */
  Judgement judge(InboundRequest request, long now, RandomGenerator chance) {
    return judged(request, now, chance);
  }

  // Without chance it is only imagined: it takes nothing from a rate limit, nor draws a fault.
  private Judgement judged(InboundRequest request, long now, @Nullable RandomGenerator chance) {
    Peer peer = request.peer();
    String disbelief = MeshTls.current().disbelief(peer);
    if (!disbelief.isEmpty()) {
      return denied(
          answer(
              FORBIDDEN, PERMISSION_DENIED, mutualTlsSource, "certificate is not valid any more"),
          mutualTlsSource,
          List.of());
    }
    String path = "";
    if (asksForPaths) {
      String normal = NormalPath.of(request.target());
      if (normal == null) {
        return ambiguous("path");
      }
      path = normal;
    }
    if (asksForMethods && !isInCapitals(request.method())) {
      return ambiguous("method");
    }
    Tokens.Shown shown = tokens.look(request);
    Asked asked = new Asked(request, path, shown.claims());
    List<String> shadow = List.of();
    if (strict && !peer.proven() && !isExempt(asked)) {
      if (!mutualTls.getShadow()) {
        return denied(
            answer(
                FORBIDDEN,
                PERMISSION_DENIED,
                mutualTlsSource,
                request.scheme().equals("https")
                    ? "TLS without an identity of the mesh refused"
                    : "plaintext refused"),
            mutualTlsSource,
            shadow);
      }
      shadow = with(shadow, mutualTlsSource);
    }
    Source distrust = shown.refusedBy();
    if (distrust != null) {
      return denied(invalidToken(distrust), distrust, shadow);
    }
    Source shadowDistrust = shadowTokens.look(request).refusedBy();
    if (shadowDistrust != null) {
      shadow = with(shadow, shadowDistrust);
    }
    Source denier = enforced.denier(asked);
    if (denier != null) {
      return denied(answer(FORBIDDEN, PERMISSION_DENIED, denier, "denied"), denier, shadow);
    }
    shadow = shadowDenier(asked, request, shadow);
    RequestRate limiter = rate;
    RateLimit limit = rateLimit;
    if (limiter != null && limit != null) {
      String key = key(limit, asked);
      long wait = chance == null ? limiter.peek(key, now) : limiter.take(key, now);
      if (wait > 0 && !limit.getShadow()) {
        return denied(limited(wait), rateLimitSource, shadow);
      }
      if (wait > 0) {
        shadow = with(shadow, rateLimitSource);
      }
    }
    InjectedFault fault = chance == null ? null : faults.draw(request, chance);
    if (shadow.isEmpty() && tokens.isEmpty() && fault == null) {
      return Judgement.ADMITTED;
    }
    return new Judgement(null, "", shadow, shown.added(), shown.hidden(), fault);
  }

  /** What would be made of a request, line by line. */
  List<Stage> explain(InboundRequest request, long now) {
    return stages(request, judged(request, now, null), true).fault(faults, request).all();
  }

  /** What was made of a request whose headers nobody knows any more. */
  List<Stage> recall(InboundRequest request, Judgement judgement) {
    return stages(request, judgement, false).suffered().all();
  }

  private InboundStages stages(InboundRequest request, Judgement judgement, boolean headersKnown) {
    String path = NormalPath.of(request.target());
    Tokens.Shown shown = tokens.look(request);
    Asked asked = new Asked(request, path == null ? "" : path, shown.claims());
    return new InboundStages(judgement, headersKnown)
        .telemetry(telemetry)
        .mutualTls(mutualTlsSource, mutualTls, request.peer(), strict && isExempt(asked))
        .tokens(tokens, shown)
        .authorization(enforced.deny(), enforced.allow(), enforced.firstAllow(), asked)
        .rateLimit(
            rateLimitSource,
            rateLimit,
            rateLimit == null ? "" : key(rateLimit, asked),
            rate == null ? 1 : rate.share());
  }

  private static Judgement ambiguous(String what) {
    return denied(
        answer(BAD_REQUEST, INVALID_ARGUMENT, Source.BUILT_IN, "ambiguous " + what),
        Source.BUILT_IN,
        List.of());
  }

  // Methods are told apart by case (RFC 9110, section 9.1), and not all applications do so.
  private static boolean isInCapitals(String method) {
    for (int i = 0; i < method.length(); i++) {
      char c = method.charAt(i);
      if (c >= 'a' && c <= 'z') {
        return false;
      }
    }
    return true;
  }

  private boolean isExempt(Asked asked) {
    if (exemptPorts.contains(asked.request().localPort())
        || (!exemptRanges.isEmpty() && IpRange.anyHas(exemptRanges, asked.address()))) {
      return true;
    }
    if (exemptPaths.isEmpty()) {
      return false;
    }
    String path = NormalPath.of(asked.request().target());
    return path != null && exemptPaths.contains(path);
  }

  private List<String> shadowDenier(Asked asked, InboundRequest request, List<String> shadow) {
    if (shadowed.deny().size() == 0 && shadowed.firstAllow() == null) {
      return shadow;
    }
    Asked whole = asked;
    if (!asksForPaths && shadowed.asksForPaths()) {
      String path = NormalPath.of(request.target());
      whole = new Asked(request, path == null ? "" : path, asked.claims());
    }
    Source denier = shadowed.denier(whole);
    return denier == null ? shadow : with(shadow, denier);
  }

  private static String key(RateLimit limit, Asked asked) {
    return switch (limit.getKey()) {
      case CALLER -> asked.peer().proven() ? asked.peer().id() : asked.request().peerAddress();
      case HEADER -> asked.request().header(limit.getHeader());
      case PATH -> {
        String path = NormalPath.of(asked.request().target());
        yield path == null ? "" : path;
      }
      case NONE, UNRECOGNIZED -> "";
    };
  }

  private MeshAnswer limited(long waitNanos) {
    long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos + 999_999_999L));
    return new MeshAnswer(
        TOO_MANY,
        RESOURCE_EXHAUSTED,
        rateLimitSource + " limited",
        List.of(new HeaderField("retry-after", Long.toString(seconds))));
  }

  // RFC 6750, section 3.
  private static MeshAnswer invalidToken(Source source) {
    return new MeshAnswer(
        UNAUTHORIZED,
        UNAUTHENTICATED,
        source + " invalid token",
        List.of(
            new HeaderField("www-authenticate", "Bearer realm=\"weft\", error=\"invalid_token\"")));
  }

  private static List<String> with(List<String> shadow, Source source) {
    List<String> all = new ArrayList<>(shadow);
    all.add(source.withGeneration());
    return all;
  }

  // A stranger is told which policy, and no more.
  private static MeshAnswer answer(int status, int grpcCode, Source source, String what) {
    return new MeshAnswer(status, grpcCode, source + " " + what, List.of());
  }

  private static Judgement denied(MeshAnswer answer, Source by, List<String> shadow) {
    return new Judgement(answer, by.withGeneration(), shadow);
  }
}
