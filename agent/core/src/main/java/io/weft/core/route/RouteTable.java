package io.weft.core.route;

import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules for one service and port. Of those that match a request, the one rules whose match says
 * the most of it, by the precedence of the Gateway API's HTTPRoute: an exact path, then an
 * expression, then the longest prefix; a method; the most headers; the most query parameters; and
 * among equals the first that is written. Immutable.
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
  private final Way[] ways;

  /** One of the ways in which a request comes to a rule; without a match, every request does. */
  private record Way(@Nullable RequestMatch match, int rule) {}

  public RouteTable(Source source, List<Rule> rules) {
    this.source = source;
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
    this.ways = all.toArray(Way[]::new);
  }

  /** The winning Route document. */
  public Source source() {
    return source;
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
    for (int i = 0; i < ways.length; i++) {
      Way way = ways[i];
      if (way.match == null) {
        return (long) way.rule << Integer.SIZE;
      }
      if (way.match.matches(request)) {
        return (long) way.rule << Integer.SIZE | way.match.prefixLength();
      }
    }
    return -1;
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
