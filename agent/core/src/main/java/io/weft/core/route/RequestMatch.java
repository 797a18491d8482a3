package io.weft.core.route;

import io.weft.core.call.OutboundRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a request; all that is set must hold (Gateway API HTTPRouteMatch).
 *
 * @param path null for any
 * @param method empty for any
 */
record RequestMatch(
    @Nullable PathMatch path, String method, List<ValueMatch> headers, List<ValueMatch> query) {

  private static final int MET = -1;
  private static final int PATH = 0;
  private static final int METHOD = 1;
  private static final int OTHERS = 2;

  boolean matches(OutboundRequest request) {
    return unmet(request) == MET;
  }

  // The place of the first condition that does not hold: path, method, headers, query parameters.
  private int unmet(OutboundRequest request) {
    String target = request.target();
    if (path != null && !path.matches(target, Query.pathEnd(target))) {
      return PATH;
    }
    if (!method.isEmpty() && !method.equals(request.method())) {
      return METHOD;
    }
    for (int i = 0; i < headers.size(); i++) {
      ValueMatch header = headers.get(i);
      String value = request.header(header.name());
      // A header that is not there reads as empty, and no condition takes that in.
      if (value.isEmpty() || !header.accepts(value)) {
        return OTHERS + i;
      }
    }
    for (int i = 0; i < query.size(); i++) {
      ValueMatch parameter = query.get(i);
      String value = Query.first(target, parameter.name());
      if (value == null || !parameter.accepts(value)) {
        return OTHERS + headers.size() + i;
      }
    }
    return MET;
  }

  /** The first condition that does not hold, in words; empty if all do. */
  String objection(OutboundRequest request) {
    int unmet = unmet(request);
    if (unmet == MET) {
      return "";
    }
    if (unmet == PATH) {
      return "the path is not " + path;
    }
    if (unmet == METHOD) {
      return "the method is not " + method;
    }
    int place = unmet - OTHERS;
    return place < headers.size()
        ? "header " + headers.get(place) + (isThere(request, place) ? "" : ": it is not there")
        : "query parameter " + query.get(place - headers.size());
  }

  private boolean isThere(OutboundRequest request, int header) {
    return !request.header(headers.get(header).name()).isEmpty();
  }
}
