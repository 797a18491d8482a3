package io.weft.core.inbound;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.core.config.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All rules of one action. A request is compared with those few alone that its path, principal or
 * namespace lead to; and with those that demand none of these. Immutable.
 */
final class AuthorizationRules {
  /** What rules are found by. */
  private enum Demand {
    PATH,
    PRINCIPAL,
    NAMESPACE;

    /** None if any will do, so that a rule cannot be found by it. */
    private Patterns of(AccessRule rule) {
      Patterns patterns =
          switch (this) {
            case PATH -> rule.paths();
            case PRINCIPAL -> rule.principals();
            case NAMESPACE -> rule.namespaces();
          };
      return patterns == null || patterns.meetsAll() ? Patterns.NONE : patterns;
    }

    /** What a rule can be found by. */
    private Stream<String> keys(AccessRule rule) {
      return of(rule).written().stream().map(pattern -> this + " " + pattern);
    }
  }

  private final RuleIndex byPath;
  private final RuleIndex byPrincipal;
  private final RuleIndex byNamespace;
  private final AccessRule[] others;
  private final List<AccessRule> all;
  private final int size;
  private final boolean asksForPaths;
  private final boolean asksForMethods;

  private AuthorizationRules(List<AccessRule> rules) {
    Map<String, Integer> shares = shares(rules);
    Map<Demand, List<AccessRule>> found =
        rules.stream()
            .filter(rule -> rarest(rule, shares) != null)
            .collect(Collectors.groupingBy(rule -> rarest(rule, shares)));
    byPath = new RuleIndex(found.getOrDefault(Demand.PATH, List.of()), Demand.PATH::of);
    byPrincipal =
        new RuleIndex(found.getOrDefault(Demand.PRINCIPAL, List.of()), Demand.PRINCIPAL::of);
    byNamespace =
        new RuleIndex(found.getOrDefault(Demand.NAMESPACE, List.of()), Demand.NAMESPACE::of);
    others = rules.stream().filter(rule -> rarest(rule, shares) == null).toArray(AccessRule[]::new);
    all = List.copyOf(rules);
    size = rules.size();
    asksForPaths = rules.stream().anyMatch(rule -> rule.paths() != null || rule.notPaths() != null);
    asksForMethods =
        rules.stream().anyMatch(rule -> rule.methods() != null || rule.notMethods() != null);
  }

  /** By demand and pattern, how many rules have it. */
  private static Map<String, Integer> shares(List<AccessRule> rules) {
    Map<String, Integer> shares = new HashMap<>();
    for (AccessRule rule : rules) {
      for (Demand demand : Demand.values()) {
        demand.keys(rule).forEach(key -> shares.merge(key, 1, Integer::sum));
      }
    }
    return shares;
  }

  /** The demand that a rule shares with the fewest others; null if it makes none. */
  private static @Nullable Demand rarest(AccessRule rule, Map<String, Integer> shares) {
    Demand rarest = null;
    int fewest = Integer.MAX_VALUE;
    for (Demand demand : Demand.values()) {
      int most =
          demand.keys(rule).mapToInt(key -> shares.getOrDefault(key, 0)).max().orElse(fewest);
      if (most < fewest) {
        rarest = demand;
        fewest = most;
      }
    }
    return rarest;
  }

  /**
   * The rules of documents.
   *
   * @param wholePrincipal makes a SPIFFE ID of a short name
   * @throws IllegalArgumentException in one line, if one cannot be read
   */
  static AuthorizationRules of(
      List<Authorization> documents, UnaryOperator<String> wholePrincipal) {
    List<AccessRule> rules = new ArrayList<>();
    for (Authorization document : documents) {
      Source source = Source.of(document.getSource());
      for (int i = 0; i < document.getRulesCount(); i++) {
        AuthorizationRule rule = document.getRules(i);
        rules.add(AccessRule.of(rules.size(), i, source, rule, wholePrincipal));
      }
    }
    return new AuthorizationRules(rules);
  }

  /** Whose rule matches, the first in the order of documents; null if none does. */
  @Nullable Source match(Asked asked) {
    AccessRule found = find(asked);
    return found == null ? null : found.source();
  }

  /** The rule that matches, the first in the order of documents; null if none does. */
  @Nullable AccessRule find(Asked asked) {
    AccessRule found = AccessRule.first(others, asked, null);
    found = byPath.first(asked.path(), asked, found);
    found = byPrincipal.first(asked.peer().id(), asked, found);
    return byNamespace.first(asked.peer().namespace(), asked, found);
  }

  /** All of them, in the order of documents. */
  List<AccessRule> all() {
    return all;
  }

  boolean asksForPaths() {
    return asksForPaths;
  }

  boolean asksForMethods() {
    return asksForMethods;
  }

  int size() {
    return size;
  }
}
