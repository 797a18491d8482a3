package io.weft.core.route;

import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Source;
import java.util.List;

/** The rules for one service and port, in order of precedence. Immutable. */
public final class RouteTable {
  private final Source source;
  private final Rule[] rules;

  public RouteTable(Source source, List<Rule> rules) {
    this.source = source;
    this.rules = rules.toArray(Rule[]::new);
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
   * The first rule that is for a request.
   *
   * @return its place and the length of the matched path prefix, packed for {@link #index} and
   *     {@link #prefix}; negative if none is
   */
  public long find(OutboundRequest request) {
    for (int i = 0; i < rules.length; i++) {
      int prefix = rules[i].match(request);
      if (prefix != Rule.NO_MATCH) {
        return (long) i << Integer.SIZE | prefix;
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
