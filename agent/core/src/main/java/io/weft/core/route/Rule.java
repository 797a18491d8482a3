package io.weft.core.route;

import io.weft.core.breaker.BreakerRule;
import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Source;
import io.weft.core.fault.FaultPolicy;
import io.weft.core.limit.LimitRule;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.telemetry.TelemetryPolicy;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a route, with every policy that governs its requests already found. Immutable.
 *
 * @param matches any of them; empty for every request
 * @param redirect null where requests are forwarded
 * @param hash by what requests stick to an endpoint
 * @param balancer the document behind the choice of endpoints
 * @param fault what attempts suffer on purpose
 * @param telemetry what is told of its requests
 * @param session by what the requests of a session come to one instance
 * @param mirrors who gets copies of its requests
 * @param outliers the document that has endpoints passed over
 * @param checks the document that has endpoints checked
 * @param breaker null where every call is made
 * @param limit null where any number of calls may be in flight
 */
public record Rule(
    String name,
    List<RequestMatch> matches,
    List<Backend> backends,
    int totalWeight,
    HeaderEdits requestHeaders,
    HeaderEdits responseHeaders,
    Rewrite rewrite,
    @Nullable Redirect redirect,
    TimeoutPolicy timeout,
    RetryPolicy retry,
    HashPolicy hash,
    Source balancer,
    FaultPolicy fault,
    TelemetryPolicy telemetry,
    SessionPersistence session,
    List<Mirror> mirrors,
    Source outliers,
    Source checks,
    @Nullable BreakerRule breaker,
    @Nullable LimitRule limit) {

  /** The backend that an instance stands behind; null if it stands behind none of any weight. */
  public @Nullable Backend backendOf(String instance) {
    for (int i = 0; i < backends.size(); i++) {
      Backend backend = backends.get(i);
      if (backend.weight() > 0 && backend.cluster().find(instance) != null) {
        return backend;
      }
    }
    return null;
  }

  /** Whether the requests of another rule would fare alike, policies aside. */
  public boolean treatsAlike(Rule other) {
    return backends.equals(other.backends)
        && requestHeaders.equals(other.requestHeaders)
        && responseHeaders.equals(other.responseHeaders)
        && rewrite.equals(other.rewrite)
        && Objects.equals(redirect, other.redirect)
        && session.equals(other.session)
        && copies().equals(other.copies());
  }

  private List<String> copies() {
    return mirrors.stream().map(each -> each.share() + " " + each.service()).toList();
  }

  /** Why it is not for a request, in words; empty if it is. */
  public String objection(OutboundRequest request) {
    if (RequestMatch.any(matches, request)) {
      return "";
    }
    return matches.stream()
        .map(match -> match.objection(request))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** Draws a backend by weight; null if no backend has any. */
  public @Nullable Backend draw(RandomGenerator chance) {
    if (backends.size() == 1) {
      Backend only = backends.get(0);
      return only.weight() > 0 ? only : null;
    }
    if (totalWeight == 0) {
      return null;
    }
    int ticket = chance.nextInt(totalWeight);
    for (int i = 0; i < backends.size(); i++) {
      Backend backend = backends.get(i);
      ticket -= backend.weight();
      if (ticket < 0) {
        return backend;
      }
    }
    throw new AssertionError("weights do not add up to " + totalWeight);
  }
}
