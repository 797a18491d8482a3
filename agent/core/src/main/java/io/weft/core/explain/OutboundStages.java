package io.weft.core.explain;

import io.weft.api.v1.Candidate;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.ImaginedRequest;
import io.weft.api.v1.Stage;
import io.weft.core.Mesh;
import io.weft.core.balance.Algorithm;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.BreakerRule;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.Protocol;
import io.weft.core.call.Verdict;
import io.weft.core.config.Destination;
import io.weft.core.config.Source;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.external.External;
import io.weft.core.fault.FaultPolicy;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitRule;
import io.weft.core.retry.Hedge;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.Backend;
import io.weft.core.route.HeaderEdits;
import io.weft.core.route.Mirror;
import io.weft.core.route.Redirect;
import io.weft.core.route.RouteTable;
import io.weft.core.route.Rule;
import io.weft.core.route.ShadowPolicies;
import io.weft.core.telemetry.TelemetryPolicy;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a call would meet on its way out of this process, in the order in which it would. */
final class OutboundStages {
  private static final int MOST_CANDIDATES = 50;

  private final Mesh mesh;
  private final ImaginedCall call;
  private final ImaginedRequest request;
  private final long now;
  private final Stages stages = new Stages();

  OutboundStages(Mesh mesh, ImaginedRequest request, long now) {
    this.mesh = mesh;
    this.call = new ImaginedCall(request);
    this.request = request;
    this.now = now;
  }

  /** Of a call that was made: the rules as they were, the endpoints as they are now. */
  List<Stage> recall(MadeCall made) {
    RouteTable routes = made.routes;
    if (routes == null) {
      stages.add("Service", "its config has not come from control", Source.BUILT_IN, "");
    } else if (made.service.isOutside()) {
      stages.add(
          "Egress", made.service + " is outside the mesh", routes.source(), "spec.conf.default");
    } else {
      recall(made, routes);
    }
    for (int i = 0; i < made.told(); i++) {
      attempt(made.told(i), made.rule);
      verdicts(made, made.told(i).number());
    }
    MeshAnswer answer = made.answer;
    return answer == null
        ? stages.all()
        : stages.stop(
            "answer",
            (made.protocol == Protocol.GRPC ? "gRPC " + answer.grpcCode() : answer.status())
                + " "
                + answer.reason(),
            Source.BUILT_IN,
            "",
            List.of());
  }

  private void recall(MadeCall made, RouteTable routes) {
    Rule rule = made.rule;
    int index = 0;
    while (index < routes.size() && !routes.rule(index).equals(rule)) {
      index++;
    }
    List<Candidate> passed = passedOver(routes, index, false);
    if (rule == null) {
      stages.add("Route", "no rule for this request", routes.source(), "spec.conf.rules", passed);
      return;
    }
    stages.add(
        "Route",
        routes.source().isDocument() ? rule(rule, index) : "every request to the service",
        routes.source(),
        field(rule, index),
        passed);
    headers(rule, index, routes.source());
    timeout(rule.timeout());
    guards(made, rule);
    retry(rule.retry());
    for (Backend backend : rule.backends()) {
      recall(made, rule, backend.cluster());
    }
    telemetry(rule.telemetry());
  }

  /** What a call met before its first attempt. */
  private void guards(MadeCall made, Rule rule) {
    verdicts(made, 0);
    BreakerRule breaker = rule.breaker();
    if (breaker != null && isSilent(made, breaker.source())) {
      stages.add("CircuitBreaker", "let it through", breaker.source(), "spec.conf");
    }
    LimitRule limit = rule.limit();
    if (limit != null && isSilent(made, limit.source())) {
      stages.add("ConcurrencyLimit", "had a place for it", limit.source(), "spec.conf");
    }
  }

  private static boolean isSilent(MadeCall made, Source source) {
    return made.verdicts.stream()
        .noneMatch(verdict -> verdict.attempt() == 0 && verdict.by().equals(source));
  }

  private void verdicts(MadeCall made, int attempt) {
    for (Verdict verdict : made.verdicts) {
      if (verdict.attempt() == attempt) {
        stages.add(verdict.by().kind(), verdict.says(), verdict.by(), "spec.conf");
      }
    }
  }

  private void recall(MadeCall made, Rule rule, Cluster cluster) {
    List<Candidate> candidates = new ArrayList<>();
    boolean anyTried = false;
    for (Cluster.Candidate each : cluster.candidates(Cluster.Tried.NOTHING, now)) {
      boolean tried = made.tried(each.endpoint());
      anyTried |= tried;
      if (candidates.size() < MOST_CANDIDATES) {
        String objection = each.objection();
        candidates.add(
            tried
                ? Stages.eligible(name(each.endpoint()), "tried")
                : Stages.passedOver(
                    name(each.endpoint()),
                    objection.isEmpty() ? "another was chosen" : "now " + objection));
      }
    }
    if (anyTried || rule.backends().size() == 1) {
      stages.add(
          "LoadBalancer",
          cluster.name() + ": " + cluster.says(now),
          rule.balancer(),
          "spec.conf.algorithm",
          candidates);
    }
  }

  private void attempt(MadeCall.Told attempt, @Nullable Rule rule) {
    Source fault = attempt.injected() && rule != null ? rule.fault().source() : Source.BUILT_IN;
    stages.add(
        "attempt " + attempt.number(),
        name(attempt.endpoint())
            + " "
            + CallStory.outcome(attempt)
            + ", from "
            + Stages.time(attempt.afterMicros() * 1_000L)
            + " on for "
            + Stages.time(attempt.tookMicros() * 1_000L)
            + (attempt.encrypted() ? ", mutual TLS" : "")
            + (fault.isDocument() ? ", with a fault on purpose" : ""),
        fault,
        "spec.conf");
  }

  /** Of a call that nobody has made. */
  Explanation explain(Destination destination) {
    EgressPolicy egress = mesh.egress();
    if (egress != null && (!destination.isMesh() || destination.isDenied())) {
      EgressStage stage =
          destination.isDenied()
              ? EgressStage.of(egress, destination.service().name(), destination.port())
              : EgressStage.of(egress, request.getAuthority(), call.protocol());
      if (destination.isDenied()) {
        return stopped(
            stages.stop("Egress", stage.says(), egress.source(), stage.field(), List.of()));
      }
      stages.add("Egress", stage.says(), egress.source(), stage.field());
    }
    if (!destination.isMesh()) {
      return Explanation.newBuilder()
          .addAllStages(
              stages
                  .add(
                      "Service",
                      request.getAuthority() + " is no service that this one knows: called as ever",
                      Source.BUILT_IN,
                      "")
                  .all())
          .build();
    }
    RouteTable routes = destination.routes();
    if (routes == null) {
      throw new IllegalStateException("its config has not come from control yet");
    }
    stages.add(
        "Service", destination.service() + ", port " + destination.port(), Source.BUILT_IN, "");
    long found = routes.find(call);
    shadows(routes, found);
    if (found < 0) {
      return stopped(
          stages.stop(
              "Route",
              "no rule for this request: 404",
              routes.source(),
              "spec.conf.rules",
              passedOver(routes, routes.size(), true)));
    }
    int index = RouteTable.index(found);
    Rule rule = routes.rule(index);
    Redirect redirect = rule.redirect();
    if (redirect != null) {
      return stopped(
          stages.stop(
              "Route",
              rule(rule, index)
                  + ": redirect "
                  + redirect.status()
                  + " to "
                  + redirect.location(call, RouteTable.prefix(found)),
              routes.source(),
              field(rule, index),
              passedOver(routes, index, true)));
    }
    stages.add(
        "Route",
        routes.source().isDocument() ? rule(rule, index) : "every request to the service",
        routes.source(),
        field(rule, index),
        passedOver(routes, index, true));
    mirrors(rule, index, routes.source());
    headers(rule, index, routes.source());
    timeout(rule.timeout());
    if (refused(rule.breaker()) || refused(rule.limit())) {
      return stopped(stages.all());
    }
    retry(rule.retry());
    telemetry(rule.telemetry());
    watched(rule);
    return send(destination, rule, RouteTable.prefix(found));
  }

  /** Whether a breaker as it stands would refuse the call. */
  private boolean refused(@Nullable BreakerRule rule) {
    if (rule == null) {
      return false;
    }
    CircuitBreaker.Look look = rule.breaker().look(now);
    return refused("CircuitBreaker", look.says(), look.refuses(), rule.source(), rule.shadow());
  }

  /** Whether a limit as it stands would refuse the call. */
  private boolean refused(@Nullable LimitRule rule) {
    if (rule == null) {
      return false;
    }
    ConcurrencyLimit.Look look = rule.limit().look();
    return refused("ConcurrencyLimit", look.says(), look.refuses(), rule.source(), rule.shadow());
  }

  private boolean refused(
      String kind, String says, boolean refuses, Source source, boolean shadow) {
    if (refuses && !shadow) {
      stages.stop(kind, says + ": 503", source, "spec.conf", List.of());
    } else {
      stages.add(kind, refuses ? says + ": would be a 503" : says, source, "spec.conf");
    }
    return refuses && !shadow;
  }

  private void watched(Rule rule) {
    if (!rule.outliers().isDocument() && !rule.checks().isDocument()) {
      return;
    }
    List<Endpoint> all =
        rule.backends().stream()
            .map(Backend::cluster)
            .distinct()
            .flatMap(cluster -> cluster.candidates(Cluster.Tried.NOTHING, now).stream())
            .map(Cluster.Candidate::endpoint)
            .toList();
    if (rule.outliers().isDocument()) {
      watched(all, false, "OutlierDetection", rule.outliers());
    }
    if (rule.checks().isDocument()) {
      watched(all, true, "HealthCheck", rule.checks());
    }
  }

  private void watched(List<Endpoint> all, boolean byChecks, String kind, Source source) {
    List<EndpointHealth> doubtful =
        all.stream().map(Endpoint::health).filter(each -> each.failsChecks() == byChecks).toList();
    long out = doubtful.stream().filter(each -> each.passedOver(now)).count();
    long inShadow = doubtful.stream().filter(each -> each.wouldBePassedOver(now)).count();
    stages.add(
        kind,
        inShadow > 0
            ? inShadow + " of " + all.size() + " would be left alone"
            : out + " of " + all.size() + " left alone",
        source,
        "spec.conf");
  }

  private void shadows(RouteTable routes, long found) {
    RouteTable route = routes.shadow();
    String says = routes.shadowSays(call, found);
    if (route != null && !says.isEmpty()) {
      shadow("Route " + says, route.source());
    }
    ShadowPolicies policies =
        found < 0 ? ShadowPolicies.NONE : routes.shadows(RouteTable.index(found));
    if (policies.timeout() != null) {
      shadow("Timeout is tried, and ends nothing", policies.timeout().source());
    }
    if (policies.retry() != null) {
      shadow("Retry is tried, and repeats nothing", policies.retry().source());
    }
    if (policies.balancer().isDocument()) {
      shadow("LoadBalancer is tried, and chooses nothing", policies.balancer());
    }
  }

  private void shadow(String says, Source source) {
    stages.add("shadow", says, source, "spec.conf");
  }

  private static Explanation stopped(List<Stage> stages) {
    return Explanation.newBuilder().addAllStages(stages).build();
  }

  private List<Candidate> passedOver(RouteTable routes, int chosen, boolean headersKnown) {
    List<Candidate> passed = new ArrayList<>();
    for (int i = 0; i < routes.size() && passed.size() < MOST_CANDIDATES; i++) {
      if (i != chosen) {
        Rule rule = routes.rule(i);
        passed.add(Stages.passedOver(rule(rule, i), objection(rule, i < chosen, headersKnown)));
      }
    }
    return passed;
  }

  private String objection(Rule rule, boolean isBefore, boolean headersKnown) {
    String objection = rule.objection(call);
    if (objection.isEmpty()) {
      return isBefore ? "takes it as well, but says less of it" : "says no more of it";
    }
    // Headers are not kept, but where all else holds it was for them.
    return !headersKnown && objection.startsWith("header ") ? "by its headers" : objection;
  }

  private void mirrors(Rule rule, int index, Source source) {
    for (Mirror mirror : rule.mirrors()) {
      stages.add(
          "Route",
          Stages.share(mirror.share()) + " copied to " + mirror.service(),
          source,
          field(rule, index) + ".filters.requestMirror");
    }
  }

  private void headers(Rule rule, int index, Source source) {
    HeaderEdits ofRequest = rule.requestHeaders();
    if (!ofRequest.isEmpty()) {
      String filter = field(rule, index) + ".filters.requestHeaders";
      stages.add("Route", ofRequest.says(), source, filter);
    }
    HeaderEdits ofAnswer = rule.responseHeaders();
    if (!ofAnswer.isEmpty()) {
      String filter = field(rule, index) + ".filters.responseHeaders";
      stages.add("Route", "in the answer " + ofAnswer.says(), source, filter);
    }
  }

  private void telemetry(TelemetryPolicy telemetry) {
    if (telemetry.source().isDocument()) {
      stages.add("Telemetry", telemetry.says(), telemetry.source(), "spec.conf");
    }
  }

  private static String rule(Rule rule, int index) {
    return "rule " + (rule.name().isEmpty() ? index : rule.name());
  }

  private static String field(Rule rule, int index) {
    return "spec.conf.rules[" + (rule.name().isEmpty() ? index : rule.name()) + "]";
  }

  private void timeout(TimeoutPolicy timeout) {
    int before = stages.all().size();
    limit(timeout, timeout.request(), "request", "the whole call");
    limit(timeout, timeout.perTry(), "perTry", "each try");
    limit(timeout, timeout.connect(), "connect", "a connection");
    limit(timeout, timeout.idle(), "idle", "silence");
    if (stages.all().size() == before) {
      stages.add("Timeout", "none but the application's own", timeout.source(), "spec.conf");
    }
  }

  private void limit(TimeoutPolicy timeout, long nanos, String field, String of) {
    if (nanos > 0) {
      stages.add(
          "Timeout", Stages.time(nanos) + " for " + of, timeout.source(), "spec.conf." + field);
    }
  }

  private void retry(RetryPolicy retry) {
    Source source = retry.source();
    if (retry.attempts() <= 1) {
      stages.add("Retry", "none", source, "spec.conf.attempts");
      return;
    }
    stages.add("Retry", "up to " + retry.attempts() + " tries", source, "spec.conf.attempts");
    stages.add("Retry", "on " + conditions(retry), source, "spec.conf.on");
    if (!retry.budget().isUnlimited()) {
      stages.add("Retry", "at most " + retry.budget().says(), source, "spec.conf.budget");
    }
    if (retry.attemptsIfRetried() < retry.attempts()) {
      stages.add(
          "Retry",
          "what a callee may have seen: up to "
              + retry.attemptsIfRetried()
              + (retry.attemptsIfRetried() == 1 ? " try" : " tries")
              + " where the request behind it was tried before",
          source,
          "spec.conf.attemptsIfRetried");
    }
    if (retry.perTryTimeout() > 0) {
      stages.add(
          "Retry",
          Stages.time(retry.perTryTimeout()) + " for each try",
          source,
          "spec.conf.perTryTimeout");
    }
    Hedge hedge = retry.hedge();
    if (hedge.max() > 0) {
      stages.add(
          "Retry",
          "up to "
              + hedge.max()
              + " more beside one that is slow, each after "
              + (hedge.measures()
                  ? "the time in which " + Stages.share(hedge.percentile()) + " are answered"
                  : Stages.time(hedge.delay())),
          source,
          "spec.conf.hedge");
    }
    if (retry.idempotentOnly() && !call.idempotent()) {
      stages.add(
          "Retry",
          "what the callee may have seen is not repeated: "
              + request.getMethod()
              + " without an Idempotency-Key",
          source,
          "spec.conf.idempotentOnly");
    }
  }

  private static String conditions(RetryPolicy retry) {
    List<String> conditions =
        retry.on().stream()
            .map(on -> on.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .map(on -> on.equals("status-5xx") ? "5xx" : on)
            .sorted()
            .collect(Collectors.toCollection(ArrayList::new));
    retry.statusCodes().codes().forEach(code -> conditions.add(Integer.toString(code)));
    retry.grpcCodes().codes().forEach(code -> conditions.add("gRPC " + code));
    return String.join(", ", conditions);
  }

  private Explanation send(Destination destination, Rule rule, int prefix) {
    Endpoint pinned = destination.pinned();
    if (pinned != null) {
      stages.add(
          "LoadBalancer",
          pinned.authority() + ", as the application calls it by its address",
          Source.BUILT_IN,
          "");
      return sent(destination, rule, prefix, List.of(pinned));
    }
    Endpoint own = ofItsSession(rule);
    if (own != null) {
      stages.add(
          "Route", name(own) + ", which its session is at", source(destination), "spec.conf.rules");
      return sent(destination, rule, prefix, List.of(own));
    }
    List<Endpoint> likely = new ArrayList<>();
    for (Backend backend : rule.backends()) {
      if (backend.weight() > 0) {
        balance(rule, backend, likely);
      }
    }
    if (rule.backends().stream().noneMatch(backend -> backend.weight() > 0)) {
      return stopped(
          stages.stop(
              "LoadBalancer", "no backend has a weight: 503", Source.BUILT_IN, "", List.of()));
    }
    return likely.isEmpty()
        ? stopped(stages.stop("LoadBalancer", "no endpoint: 503", Source.BUILT_IN, "", List.of()))
        : sent(destination, rule, prefix, likely);
  }

  private @Nullable Endpoint ofItsSession(Rule rule) {
    String session = rule.session().of(call);
    Backend backend = session.isEmpty() ? null : rule.backendOf(session);
    Endpoint own = backend == null ? null : backend.cluster().find(session);
    return own == null || own.isShunned(now) ? null : own;
  }

  private void balance(Rule rule, Backend backend, List<Endpoint> likely) {
    Cluster cluster = backend.cluster();
    List<Cluster.Candidate> all = cluster.candidates(Cluster.Tried.NOTHING, now);
    boolean anyGood = all.stream().anyMatch(each -> each.objection().isEmpty());
    Endpoint sticky = sticky(rule, cluster);
    List<Candidate> candidates = new ArrayList<>();
    for (Cluster.Candidate each : all) {
      Endpoint endpoint = each.endpoint();
      boolean good = each.objection().isEmpty();
      boolean chosen = sticky == null ? good || !anyGood : sticky.equals(endpoint);
      if (chosen) {
        likely.add(endpoint);
      }
      if (candidates.size() < MOST_CANDIDATES) {
        candidates.add(
            chosen
                ? Stages.eligible(name(endpoint), standing(endpoint))
                : Stages.passedOver(
                    name(endpoint), good ? "the hash falls to " + name(sticky) : each.objection()));
      }
    }
    String share =
        rule.backends().size() > 1
            ? ", for " + backend.weight() + " of " + rule.totalWeight() + " calls"
            : "";
    stages.add(
        "LoadBalancer",
        cluster.name() + share + ": " + (all.isEmpty() ? "no endpoint" : cluster.says(now)),
        rule.balancer(),
        "spec.conf.algorithm",
        candidates);
  }

  private String standing(Endpoint endpoint) {
    String doubts = endpoint.health().says(now);
    return endpoint.load().inFlight() + " in flight" + (doubts.isEmpty() ? "" : "; " + doubts);
  }

  // The others would take from their chance, or from the turn that they keep.
  private @Nullable Endpoint sticky(Rule rule, Cluster cluster) {
    boolean hashes =
        cluster.algorithm() == Algorithm.RING_HASH || cluster.algorithm() == Algorithm.MAGLEV;
    return hashes && rule.hash().isFoundIn(call)
        ? cluster.choose(
            Cluster.Tried.NOTHING, rule.hash().hash(call, mesh.chance()), now, mesh.chance())
        : null;
  }

  private static String name(@Nullable Endpoint endpoint) {
    if (endpoint == null) {
      return "";
    }
    return endpoint.authority()
        + (endpoint.labels().isEmpty()
            ? ""
            : endpoint.labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .sorted()
                .collect(Collectors.joining(",", " (", ")")));
  }

  private Explanation sent(
      Destination destination, Rule rule, int prefix, List<Endpoint> endpoints) {
    Endpoint first = endpoints.get(0);
    External external = first.external();
    String caller = external == null ? tls(first) : external(external, first);
    FaultPolicy fault = rule.fault();
    if (fault.means(call)) {
      String says = fault.says(call.protocol());
      if (fault.abortsAll()) {
        return stopped(stages.stop("Fault", says, fault.source(), "spec.conf", List.of()));
      }
      stages.add("Fault", says, fault.source(), "spec.conf");
    }
    ImaginedCall.Editor headers = new ImaginedCall.Editor(request.getHeadersList());
    rule.requestHeaders().apply(headers);
    ImaginedRequest sent =
        request.toBuilder()
            .setAuthority(
                external == null || !rule.rewrite().host().isEmpty()
                    ? rule.rewrite().authority(request.getAuthority())
                    : external.authority(request.getAuthority()))
            .setTarget(rule.rewrite().path().apply(request.getTarget(), prefix))
            .clearHeaders()
            .addAllHeaders(headers.headers())
            .setCaller(caller)
            .setPort(first.port())
            .build();
    if (!sent.getTarget().equals(request.getTarget())
        || !sent.getAuthority().equals(request.getAuthority())) {
      stages.add(
          "Route",
          "rewritten to " + sent.getAuthority() + sent.getTarget(),
          source(destination),
          "spec.conf.rules.filters.urlRewrite");
    }
    return Explanation.newBuilder()
        .addAllStages(stages.all())
        .setSent(sent)
        .addAllUids(endpoints.stream().map(Endpoint::uid).distinct().toList())
        .build();
  }

  private static Source source(Destination destination) {
    RouteTable routes = destination.routes();
    return routes == null ? Source.BUILT_IN : routes.source();
  }

  private String external(External external, Endpoint endpoint) {
    ClientTls made = external.tls(call.scheme());
    String says = String.join(", ", external.hosts()) + ", outside the mesh, at " + endpoint.port();
    stages.add(
        "ExternalService",
        made == null
            ? says + " as the application sends it"
            : says + " by TLS, as " + made.serverName(),
        external.source(),
        made == null ? "spec.hosts" : "spec.tls");
    return "";
  }

  /** Tells how it is encrypted, and as whom the callee knows this process; empty if it does not. */
  private String tls(Endpoint endpoint) {
    MeshTls mine = MeshTls.current();
    String says =
        switch (endpoint.tls()) {
          case NONE -> "plaintext: the callee takes nothing else";
          case APP -> "the application's own TLS";
          case MESH ->
              mine.ready()
                  ? mine.ownId() + " to " + endpoint.principal()
                  : "this process has no certificate yet: 503";
          case MESH_PREFERRED ->
              mine.ready()
                  ? mine.ownId() + " to " + endpoint.principal()
                  : "plaintext, as this process has no certificate yet";
        };
    stages.add("mutual TLS", says, Source.BUILT_IN, "");
    boolean proven =
        switch (endpoint.tls()) {
          case MESH, MESH_PREFERRED -> mine.ready();
          case NONE, APP -> false;
        };
    return proven ? mine.ownId() : "";
  }
}
