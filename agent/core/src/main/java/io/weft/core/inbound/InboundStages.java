package io.weft.core.inbound;

import io.weft.api.v1.Candidate;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Stage;
import io.weft.core.call.MeshAnswer;
import io.weft.core.config.Source;
import io.weft.core.explain.Stages;
import io.weft.core.fault.FaultPolicy;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.Peer;
import io.weft.core.telemetry.TelemetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells of a judgement, policy by policy, in the order in which they are asked; of those after the
 * one that denied, nothing.
 */
final class InboundStages {
  private static final int MOST_RULES = 20;

  private final Judgement judgement;
  private final boolean headersKnown;
  private final Stages stages = new Stages();
  private boolean over;

  /**
   * @param headersKnown whether the request still has those that it was judged by
   */
  InboundStages(Judgement judgement, boolean headersKnown) {
    this.judgement = judgement;
    this.headersKnown = headersKnown;
    MeshAnswer denial = judgement.denial();
    if (denial != null && judgement.by().equals(Source.BUILT_IN.toString())) {
      // Nothing that a document says: an ambiguous path, a certificate that is not believed.
      over = true;
      stages.stop("mesh", answer(denial), Source.BUILT_IN, "", List.of());
    }
  }

  InboundStages mutualTls(Source source, MutualTls policy, Peer peer, boolean exempt) {
    String who = peer.proven() ? "from " + peer.id() : "from nobody who is known";
    return stage(
        "MutualTls",
        policy.getMode()
            + (policy.getShadow() ? " (shadow)" : "")
            + ", "
            + who
            + (exempt && !peer.proven() ? ", which is exempt" : ""),
        source,
        "spec.conf.mode",
        List.of());
  }

  InboundStages tokens(Tokens tokens, Tokens.Shown shown) {
    if (tokens.isEmpty()) {
      return this;
    }
    Source by = shown.refusedBy();
    return stage(
        "JwtAuthentication",
        headersKnown ? says(shown) : "its token is valid, if it shows one",
        by == null ? tokens.first() : by,
        "spec.conf.issuer",
        List.of());
  }

  private static String says(Tokens.Shown shown) {
    if (shown.refusedBy() != null) {
      return "its token is not valid";
    }
    return shown.claims() == Claims.NONE ? "it shows no token" : "its token is valid";
  }

  InboundStages authorization(
      AuthorizationRules deny, AuthorizationRules allow, @Nullable Source firstAllow, Asked asked) {
    if (deny.size() == 0 && firstAllow == null) {
      return this;
    }
    AccessRule denying = deny.find(asked);
    if (denying != null) {
      return stage("Authorization", "DENY takes it", denying.source(), field(denying), List.of());
    }
    if (firstAllow == null) {
      return stage(
          "Authorization", "no DENY takes it", Source.BUILT_IN, "", passedOver(deny, asked));
    }
    AccessRule allowing = allow.find(asked);
    if (allowing == null && judgement.by().isEmpty()) {
      return stage(
          "Authorization",
          "an ALLOW takes it, by its headers or claims",
          Source.BUILT_IN,
          "",
          List.of());
    }
    return allowing == null
        ? stage(
            "Authorization",
            "no ALLOW takes it",
            firstAllow,
            "spec.conf.rules",
            passedOver(allow, asked))
        : stage("Authorization", "ALLOW takes it", allowing.source(), field(allowing), List.of());
  }

  InboundStages rateLimit(Source source, @Nullable RateLimit limit, String key, double share) {
    if (limit == null) {
      return this;
    }
    String per = limit.getKey().name().toLowerCase(Locale.ROOT);
    return stage(
        "RateLimit",
        limit.getLimit()
            + " in "
            + Stages.time(limit.getPeriodNanos())
            + (limit.getScope() == RateLimit.Scope.GLOBAL
                ? " over all instances, now " + percent(share) + " of it here"
                : "")
            + (key.isEmpty() ? "" : " for " + per + " " + key)
            + (limit.getShadow() ? " (shadow)" : "")
            + (stops(source) ? ": spent just now" : ": not spent"),
        source,
        "spec.conf.limitForPeriod",
        List.of());
  }

  /** What a request may suffer on purpose. */
  InboundStages fault(FaultPolicy policy, InboundRequest request) {
    if (!over && policy.means(request)) {
      String says = policy.says(request.protocol());
      if (policy.abortsAll()) {
        over = true;
        stages.stop("Fault", says, policy.source(), "spec.conf", List.of());
      } else {
        stages.add("Fault", says, policy.source(), "spec.conf");
      }
    }
    return this;
  }

  /** What is told of it, whatever became of it. */
  InboundStages telemetry(TelemetryPolicy policy) {
    if (policy.source().isDocument()) {
      stages.add("Telemetry", policy.says(), policy.source(), "spec.conf");
    }
    return this;
  }

  /** What a request suffered on purpose. */
  InboundStages suffered() {
    InjectedFault fault = judgement.fault();
    if (!over && fault != null) {
      stages.add("Fault", fault.says(), fault.source(), "spec.conf");
    }
    return this;
  }

  /** All lines, with what shadows would have done. */
  List<Stage> all() {
    MeshAnswer denial = judgement.denial();
    if (denial != null && !over) {
      return stages.stop(judgement.by(), answer(denial), Source.BUILT_IN, "", List.of());
    }
    for (String shadow : judgement.shadow()) {
      stages.add("shadow", shadow + " would deny it", Source.BUILT_IN, "");
    }
    return stages.all();
  }

  private InboundStages stage(
      String name, String says, Source source, String field, List<Candidate> candidates) {
    MeshAnswer denial = judgement.denial();
    if (over) {
      return this;
    }
    if (denial != null && stops(source)) {
      over = true;
      stages.stop(name, says + ": " + answer(denial), source, field, candidates);
    } else {
      stages.add(name, says, source, field, candidates);
    }
    return this;
  }

  private boolean stops(Source source) {
    return judgement.denial() != null
        && source.isDocument()
        && judgement.by().equals(source + "@" + source.generation());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static String answer(MeshAnswer denial) {
    return denial.status() + " " + denial.reason();
  }

  private static String field(AccessRule rule) {
    return "spec.conf.rules[" + rule.number() + "]";
  }

  private static List<Candidate> passedOver(AuthorizationRules rules, Asked asked) {
    List<Candidate> passed = new ArrayList<>();
    for (AccessRule rule : rules.all()) {
      if (passed.size() < MOST_RULES) {
        passed.add(
            Stages.passedOver(
                rule.source() + " rule " + rule.number(), "by its " + rule.objection(asked)));
      }
    }
    return passed;
  }
}
