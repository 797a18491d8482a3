package io.weft.core.route;

import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Source;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.List;
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
    Source balancer) {

  /** The rule's answer to no request. */
  static final int NO_MATCH = -1;

  /**
   * Whether the rule is for a request.
   *
   * @return the length of the path prefix that matched (0 for other conditions), or -1
   */
  int match(OutboundRequest request) {
    if (matches.isEmpty()) {
      return 0;
    }
    for (int i = 0; i < matches.size(); i++) {
      RequestMatch match = matches.get(i);
      if (match.matches(request)) {
        return match.path() == null ? 0 : match.path().prefixLength();
      }
    }
    return NO_MATCH;
  }

  /** Why it is not for a request, in words; empty if it is. */
  public String objection(OutboundRequest request) {
    if (match(request) != NO_MATCH) {
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
