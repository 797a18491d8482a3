package io.weft.core.route;

import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules for one service and port. Of those that match a request, the one rules whose match says
 * the most of it, by the precedence of the Gateway API's HTTPRoute: an exact path, then an
 * expression, then the longest prefix; a method; the most headers; the most query parameters; and
 * among equals the first that is written. What it costs to find hangs on the elements of the path
 * and on how many expressions there are, not on how many rules. Immutable.
 */
public final class RouteTable {
  private static final Comparator<Way> PRECEDENCE =
      Comparator.comparingInt((Way way) -> way.match == null ? 0 : way.match.pathRank())
          .thenComparingInt(way -> way.match == null ? 0 : way.match.methodRank())
          .thenComparingInt(way -> way.match == null ? 0 : way.match.headers().size())
          .thenComparingInt(way -> way.match == null ? 0 : way.match.query().size())
          .reversed();

  private final Source source;
  private final Rule[] rules;
  // Each list in the order of precedence, and all that is in one before all that is in the next.
  private final PathTree<Way> paths = new PathTree<>();
  private final List<Way> patterns = new ArrayList<>();
  private final List<Way> anywhere = new ArrayList<>();
  private final List<ShadowPolicies> shadows;
  private final @Nullable RouteTable shadow;

  /** One of the ways in which a request comes to a rule; without a match, every request does. */
  private record Way(@Nullable RequestMatch match, int rule) {}

  public RouteTable(Source source, List<Rule> rules) {
    this(source, rules, List.of(), null);
  }

  /**
   * As above, with what is in shadow mode.
   *
   * @param shadows of each rule; empty for none at all
   * @param shadow the rules of a Route; null for none
   */
  RouteTable(
      Source source, List<Rule> rules, List<ShadowPolicies> shadows, @Nullable RouteTable shadow) {
    this.source = source;
    this.shadows = shadows;
    this.shadow = shadow;
    this.rules = rules.toArray(Rule[]::new);
    List<Way> all = new ArrayList<>();
    for (int i = 0; i < this.rules.length; i++) {
      int rule = i;
      List<RequestMatch> matches = this.rules[i].matches();
      if (matches.isEmpty()) {
        all.add(new Way(null, rule));
      }
      matches.forEach(match -> all.add(new Way(match, rule)));
    }
    // Equals stay in the order in which they are written.
    all.sort(PRECEDENCE);
    all.forEach(this::place);
  }

  private void place(Way way) {
    PathMatch path = way.match == null ? null : way.match.path();
    if (path instanceof PathMatch.Exact exact) {
      paths.place(exact.path()).exact.add(way);
    } else if (path instanceof PathMatch.Regex) {
      patterns.add(way);
    } else if (path instanceof PathMatch.Prefix prefix && !prefix.path().isEmpty()) {
      paths.place(prefix.path()).prefix.add(way);
    } else {
      // The prefix of every path says no more of it than no condition at all.
      anywhere.add(way);
    }
  }

  /** The winning Route document. */
  public Source source() {
    return source;
  }

  /** What documents in shadow mode say of a rule's requests. */
  public ShadowPolicies shadows(int index) {
    return shadows.isEmpty() ? ShadowPolicies.NONE : shadows.get(index);
  }

  /** The rules of a Route in shadow mode; null for none. */
  public @Nullable RouteTable shadow() {
    return shadow;
  }

  /**
   * What the Route in shadow mode would do with a request, in words.
   *
   * @param found by the rules that are enforced
   * @return empty if it would do no other than is done
   */
  public String shadowSays(OutboundRequest request, long found) {
    long other = shadow == null ? found : shadow.find(request);
    if (shadow == null || other < 0) {
      return other < 0 && found >= 0 ? "would find no rule for it" : "";
    }
    Rule would = shadow.rule(index(other));
    if (found >= 0 && would.treatsAlike(rule(index(found)))) {
      return "";
    }
    String name = would.name().isEmpty() ? Integer.toString(index(other)) : would.name();
    Redirect redirect = would.redirect();
    return "would follow rule "
        + name
        + ": "
        + (redirect == null
            ? would.backends().stream()
                .map(backend -> backend.weight() + " of " + backend.cluster().name())
                .collect(Collectors.joining(", "))
            : "redirect to " + redirect.location(request, prefix(other)));
  }

  /** How many rules there are. */
  public int size() {
    return rules.length;
  }

  /** A rule by its place. */
  public Rule rule(int index) {
    return rules[index];
  }

  /**
   * The rule that is for a request.
   *
   * @return its place and the length of the matched path prefix, packed for {@link #index} and
   *     {@link #prefix}; negative if none is
   */
  public long find(OutboundRequest request) {
    Way way = way(request);
    if (way == null) {
      return -1;
    }
    int prefix = way.match == null ? 0 : way.match.prefixLength();
    return (long) way.rule << Integer.SIZE | prefix;
  }

  private @Nullable Way way(OutboundRequest request) {
    String target = request.target();
    int pathEnd = Query.pathEnd(target);
    PathTree.Node<Way> deepest = paths.deepest(target, pathEnd);
    Way way = deepest.endsAt(pathEnd) ? first(deepest.exact, request) : null;
    if (way == null) {
      way = first(patterns, request);
    }
    for (PathTree.Node<Way> at = deepest; way == null && at != null; at = at.parent()) {
      way = first(at.prefix, request);
    }
    return way == null ? first(anywhere, request) : way;
  }

  private static @Nullable Way first(List<Way> ways, OutboundRequest request) {
    for (int i = 0; i < ways.size(); i++) {
      Way way = ways.get(i);
      if (way.match == null || way.match.matches(request)) {
        return way;
      }
    }
    return null;
  }

  /** The place of what was found. */
  public static int index(long found) {
    return (int) (found >>> Integer.SIZE);
  }

  /** The length of the path prefix that matched. */
  public static int prefix(long found) {
    return (int) found;
  }
}
