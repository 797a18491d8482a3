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

  boolean matches(OutboundRequest request) {
    String target = request.target();
    if (path != null && !path.matches(target, Query.pathEnd(target))) {
      return false;
    }
    if (!method.isEmpty() && !method.equals(request.method())) {
      return false;
    }
    for (int i = 0; i < headers.size(); i++) {
      ValueMatch header = headers.get(i);
      String value = request.header(header.name());
      // A header that is not there reads as empty, and no condition takes that in.
      if (value.isEmpty() || !header.accepts(value)) {
        return false;
      }
    }
    for (int i = 0; i < query.size(); i++) {
      ValueMatch parameter = query.get(i);
      String value = Query.first(target, parameter.name());
      if (value == null || !parameter.accepts(value)) {
        return false;
      }
    }
    return true;
  }
}
