package io.weft.core.inbound;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.ValuesMatch;
import io.weft.core.config.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All rules of one action, found by what they demand most exactly: a path, else a principal, else
 * looked at for every request. Immutable.
 */
final class AuthorizationRules {
  private static final Rule[] NONE = {};

  private final Map<String, Rule[]> byPath;
  private final Map<String, Rule[]> byPrincipal;
  private final Rule[] others;
  private final int size;
  private final boolean asksForPaths;

  /** One rule; null and empty fields match all. */
  private record Rule(
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

    boolean matches(Asked asked) {
      return meets(principals, asked.peer().id())
          && !isMet(notPrincipals, asked.peer().id())
          && meets(namespaces, asked.peer().namespace())
          && !isMet(notNamespaces, asked.peer().namespace())
          && meets(methods, asked.method())
          && !isMet(notMethods, asked.method())
          && meets(paths, asked.path())
          && !isMet(notPaths, asked.path())
          && (ranges.isEmpty() || IpRange.anyHas(ranges, asked.address()))
          && (notRanges.isEmpty() || !IpRange.anyHas(notRanges, asked.address()))
          && meetsHeaders(asked)
          && meetsClaims(asked.claims());
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

  private record Claim(String name, Patterns values) {}

  private record Header(String name, Patterns values) {
    boolean isMetBy(InboundRequest request) {
      for (String value : request.headers(name)) {
        if (values.meet(value)) {
          return true;
        }
      }
      return false;
    }
  }

  private AuthorizationRules(List<Rule> rules) {
    Map<String, List<Rule>> paths = new HashMap<>();
    Map<String, List<Rule>> principals = new HashMap<>();
    List<Rule> rest = new ArrayList<>();
    boolean path = false;
    for (Rule rule : rules) {
      path |= rule.paths() != null || rule.notPaths() != null;
      if (rule.paths() != null && rule.paths().areExact()) {
        rule.paths().exact().forEach(each -> add(paths, each, rule));
      } else if (rule.principals() != null && rule.principals().areExact()) {
        rule.principals().exact().forEach(each -> add(principals, each, rule));
      } else {
        rest.add(rule);
      }
    }
    byPath = arrays(paths);
    byPrincipal = arrays(principals);
    others = rest.toArray(NONE);
    size = rules.size();
    asksForPaths = path;
  }

  /**
   * The rules of documents.
   *
   * @param wholePrincipal makes a SPIFFE ID of a short name
   * @throws IllegalArgumentException in one line, if one cannot be read
   */
  static AuthorizationRules of(
      List<Authorization> documents, UnaryOperator<String> wholePrincipal) {
    List<Rule> rules = new ArrayList<>();
    for (Authorization document : documents) {
      for (AuthorizationRule rule : document.getRulesList()) {
        rules.add(rule(Source.of(document.getSource()), rule, wholePrincipal));
      }
    }
    return new AuthorizationRules(rules);
  }

  private static Rule rule(
      Source source, AuthorizationRule rule, UnaryOperator<String> wholePrincipal) {
    return new Rule(
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
        rule.getHeadersList().stream().map(AuthorizationRules::header).toList(),
        rule.getClaimsList().stream()
            .map(match -> new Claim(match.getName(), Patterns.of(match.getValuesList())))
            .toList());
  }

  private static Header header(ValuesMatch match) {
    return new Header(match.getName(), Patterns.of(match.getValuesList()));
  }

  private static @Nullable Patterns patterns(List<String> written) {
    return written.isEmpty() ? null : Patterns.of(written);
  }

  /** Whose rule matches; null if none does. */
  @Nullable Source match(Asked asked) {
    Source found = match(byPath.get(asked.path()), asked);
    if (found == null) {
      found = match(byPrincipal.get(asked.peer().id()), asked);
    }
    return found == null ? match(others, asked) : found;
  }

  private static @Nullable Source match(Rule @Nullable [] rules, Asked asked) {
    if (rules != null) {
      for (Rule rule : rules) {
        if (rule.matches(asked)) {
          return rule.source();
        }
      }
    }
    return null;
  }

  boolean asksForPaths() {
    return asksForPaths;
  }

  int size() {
    return size;
  }

  private static void add(Map<String, List<Rule>> to, String key, Rule rule) {
    to.computeIfAbsent(key, k -> new ArrayList<>()).add(rule);
  }

  private static Map<String, Rule[]> arrays(Map<String, List<Rule>> of) {
    Map<String, Rule[]> arrays = new HashMap<>();
    of.forEach((key, rules) -> arrays.put(key, rules.toArray(NONE)));
    return Map.copyOf(arrays);
  }
}
