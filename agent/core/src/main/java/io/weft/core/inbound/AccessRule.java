package io.weft.core.inbound;

import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.ValuesMatch;
import io.weft.core.config.Source;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One rule of Authorization; null and empty fields match all. Immutable.
 *
 * @param place among all rules of its action, as documents are sent: of several that match, the
 *     first is named
 * @param number among the rules of its document, from 0
 */
record AccessRule(
    int place,
    int number,
    Source source,
    @Nullable Patterns principals,
    @Nullable Patterns notPrincipals,
    @Nullable Patterns namespaces,
    @Nullable Patterns notNamespaces,
    @Nullable Patterns methods,
    @Nullable Patterns notMethods,
    @Nullable Patterns paths,
    @Nullable Patterns notPaths,
    List<IpRange> ranges,
    List<IpRange> notRanges,
    List<Header> headers,
    List<Claim> claims) {

  record Claim(String name, Patterns values) {}

  record Header(String name, Patterns values) {
    boolean isMetBy(InboundRequest request) {
      for (String value : request.headers(name)) {
        // What servers leave of a folded line (RFC 9112, section 5.2).
        if (values.meet(value.strip())) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * A rule as it was sent.
   *
   * @param wholePrincipal makes a SPIFFE ID of a short name
   * @throws IllegalArgumentException in one line, if it cannot be read
   */
  static AccessRule of(
      int place,
      int number,
      Source source,
      AuthorizationRule rule,
      UnaryOperator<String> wholePrincipal) {
    return new AccessRule(
        place,
        number,
        source,
        patterns(rule.getPrincipalsList().stream().map(wholePrincipal).toList()),
        patterns(rule.getNotPrincipalsList().stream().map(wholePrincipal).toList()),
        patterns(rule.getNamespacesList()),
        patterns(rule.getNotNamespacesList()),
        patterns(rule.getMethodsList()),
        patterns(rule.getNotMethodsList()),
        patterns(rule.getPathsList()),
        patterns(rule.getNotPathsList()),
        rule.getSourceRangesList().stream().map(IpRange::parse).toList(),
        rule.getNotSourceRangesList().stream().map(IpRange::parse).toList(),
        rule.getHeadersList().stream().map(AccessRule::header).toList(),
        rule.getClaimsList().stream().map(AccessRule::claim).toList());
  }

  private static Header header(ValuesMatch match) {
    return new Header(match.getName(), Patterns.of(match.getValuesList()));
  }

  private static Claim claim(ValuesMatch match) {
    return new Claim(match.getName(), Patterns.of(match.getValuesList()));
  }

  private static @Nullable Patterns patterns(List<String> written) {
    return written.isEmpty() ? null : Patterns.of(written);
  }

  /**
   * The first of some rules that matches and comes before one found so far.
   *
   * @param rules in their order
   */
  static @Nullable AccessRule first(AccessRule[] rules, Asked asked, @Nullable AccessRule sofar) {
    for (AccessRule rule : rules) {
      if (sofar != null && sofar.place <= rule.place) {
        return sofar;
      }
      if (rule.matches(asked)) {
        return rule;
      }
    }
    return sofar;
  }

  private boolean matches(Asked asked) {
    return objection(asked) == null;
  }

  /** The first field by which a request is not meant; null if it is. */
  @Nullable String objection(Asked asked) {
    if (!meets(principals, asked.peer().id())) {
      return "principals";
    }
    if (isMet(notPrincipals, asked.peer().id())) {
      return "notPrincipals";
    }
    if (!meets(namespaces, asked.peer().namespace())) {
      return "namespaces";
    }
    if (isMet(notNamespaces, asked.peer().namespace())) {
      return "notNamespaces";
    }
    if (!meets(methods, asked.method())) {
      return "methods";
    }
    if (isMet(notMethods, asked.method())) {
      return "notMethods";
    }
    if (!meets(paths, asked.path())) {
      return "paths";
    }
    if (isMet(notPaths, asked.path())) {
      return "notPaths";
    }
    if (!ranges.isEmpty() && !IpRange.anyHas(ranges, asked.address())) {
      return "sourceRanges";
    }
    if (!notRanges.isEmpty() && IpRange.anyHas(notRanges, asked.address())) {
      return "notSourceRanges";
    }
    if (!meetsHeaders(asked)) {
      return "headers";
    }
    return meetsClaims(asked.claims()) ? null : "claims";
  }

  private boolean meetsClaims(Claims shown) {
    for (int i = 0; i < claims.size(); i++) {
      if (!shown.meet(claims.get(i).name(), claims.get(i).values())) {
        return false;
      }
    }
    return true;
  }

  private boolean meetsHeaders(Asked asked) {
    for (int i = 0; i < headers.size(); i++) {
      if (!headers.get(i).isMetBy(asked.request())) {
        return false;
      }
    }
    return true;
  }

  private static boolean meets(@Nullable Patterns patterns, String text) {
    return patterns == null || patterns.meet(text);
  }

  private static boolean isMet(@Nullable Patterns patterns, String text) {
    return patterns != null && patterns.meet(text);
  }
}
