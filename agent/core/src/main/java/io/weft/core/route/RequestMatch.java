package io.weft.core.route;

import io.weft.api.v1.NamedMatch;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.StringMatch;
import io.weft.core.call.RequestHead;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a request; all that is set must hold (Gateway API HTTPRouteMatch).
 *
 * @param path null for any
 * @param method empty for any
 */
public record RequestMatch(
    @Nullable PathMatch path, String method, List<ValueMatch> headers, List<ValueMatch> query) {

  private static final int MET = -1;
  private static final int PATH = 0;
  private static final int METHOD = 1;
  private static final int OTHERS = 2;

  /**
   * As control sent them.
   *
   * @throws IllegalArgumentException in one line, if one of them cannot be built
   */
  public static List<RequestMatch> of(List<RouteMatch> matches) {
    return matches.stream().map(RequestMatch::of).toList();
  }

  /** Whether a request is meant by any of these; by none at all, every request is. */
  public static boolean any(List<RequestMatch> matches, RequestHead request) {
    for (int i = 0; i < matches.size(); i++) {
      if (matches.get(i).matches(request)) {
        return true;
      }
    }
    return matches.isEmpty();
  }

  /** The more exactly it says the path, the higher; 0 if it says nothing of it. */
  int pathRank() {
    return path == null ? 0 : path.rank();
  }

  /** 1 if it says a method. */
  int methodRank() {
    return method.isEmpty() ? 0 : 1;
  }

  /** The length of the path prefix that it matches; 0 for other conditions. */
  int prefixLength() {
    return path == null ? 0 : path.prefixLength();
  }

  boolean matches(RequestHead request) {
    return unmet(request) == MET;
  }

  // The place of the first condition that does not hold: path, method, headers, query parameters.
  private int unmet(RequestHead request) {
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
  String objection(RequestHead request) {
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

  private boolean isThere(RequestHead request, int header) {
    return !request.header(headers.get(header).name()).isEmpty();
  }

  private static RequestMatch of(RouteMatch match) {
    return new RequestMatch(
        match.hasPath() ? path(match.getPath()) : null,
        match.getMethod(),
        match.getHeadersList().stream()
            .map(header -> value(header, header.getName().toLowerCase(Locale.ROOT)))
            .toList(),
        match.getQueryParamsList().stream()
            .map(parameter -> value(parameter, parameter.getName()))
            .toList());
  }

  private static PathMatch path(StringMatch match) {
    return switch (match.getType()) {
      case EXACT -> new PathMatch.Exact(match.getValue());
      case PREFIX -> PathMatch.Prefix.of(match.getValue());
      case REGEX -> new PathMatch.Regex(LinearPattern.of(match.getValue()));
      case UNRECOGNIZED ->
          throw new IllegalArgumentException("a path match this agent does not know");
    };
  }

  private static ValueMatch value(NamedMatch match, String name) {
    return switch (match.getValue().getType()) {
      case EXACT -> new ValueMatch.Exact(name, match.getValue().getValue());
      case REGEX -> new ValueMatch.Regex(name, LinearPattern.of(match.getValue().getValue()));
      case PREFIX, UNRECOGNIZED ->
          throw new IllegalArgumentException("a match of " + name + " this agent does not know");
    };
  }
}
