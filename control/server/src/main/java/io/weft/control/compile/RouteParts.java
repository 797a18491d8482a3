package io.weft.control.compile;

import io.weft.api.v1.Backend;
import io.weft.api.v1.Header;
import io.weft.api.v1.HeaderEdits;
import io.weft.api.v1.Mirror;
import io.weft.api.v1.NamedMatch;
import io.weft.api.v1.Redirect;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.SessionPersistence;
import io.weft.api.v1.StringMatch;
import io.weft.api.v1.UrlRewrite;
import io.weft.control.document.Fields;
import java.time.Duration;
import java.util.List;

/** Rules of a Route, as agents are sent them. */
final class RouteParts {

  private RouteParts() {}

  static RouteRule.Builder rule(Fields rule, ServiceId callee) {
    RouteRule.Builder built = RouteRule.newBuilder().setName(rule.text("name"));
    built.addAllMatches(matches(rule));
    for (Fields backend : rule.each("backends")) {
      built.addBackends(backend(backend, callee).setWeight(backend.whole("weight", 1)));
    }
    if (rule.has("sessionPersistence")) {
      Fields session = rule.fields("sessionPersistence");
      built.setSessionPersistence(
          SessionPersistence.newBuilder()
              .setHeader(session.text("type").equals("Header"))
              .setName(session.text("sessionName"))
              .setMaxAgeSeconds(
                  Duration.ofNanos(session.nanos("absoluteTimeout", Duration.ZERO)).toSeconds()));
    }
    for (Fields filter : rule.each("filters")) {
      filter(filter, built, callee);
    }
    if (built.getBackendsCount() == 0 && !built.hasRedirect()) {
      built.addBackends(
          Backend.newBuilder()
              .setNamespace(callee.namespace())
              .setService(callee.name())
              .setWeight(1));
    }
    return built;
  }

  private static Backend.Builder backend(Fields backend, ServiceId callee) {
    return Backend.newBuilder()
        .setNamespace(backend.text("namespace", callee.namespace()))
        .setService(backend.text("service", callee.name()))
        .putAllLabels(backend.labels("labels"))
        .setPort(backend.whole("port", 0));
  }

  private static void filter(Fields filter, RouteRule.Builder rule, ServiceId callee) {
    if (filter.has("requestMirror")) {
      Fields mirror = filter.fields("requestMirror");
      rule.addMirrors(
          Mirror.newBuilder()
              .setBackend(backend(mirror, callee))
              .setMillipercent(PolicyParts.millipercent(mirror, PolicyParts.ALL)));
    }
    if (filter.has("requestHeaders")) {
      rule.setRequestHeaders(edits(filter.fields("requestHeaders")));
    }
    if (filter.has("responseHeaders")) {
      rule.setResponseHeaders(edits(filter.fields("responseHeaders")));
    }
    if (filter.has("urlRewrite")) {
      rule.setUrlRewrite(rewrite(filter.fields("urlRewrite")));
    }
    if (filter.has("redirect")) {
      rule.setRedirect(redirect(filter.fields("redirect")));
    }
  }

  /** What stands under {@code matches}. */
  static List<RouteMatch> matches(Fields fields) {
    return fields.each("matches").stream().map(RouteParts::match).toList();
  }

  private static RouteMatch match(Fields match) {
    RouteMatch.Builder built = RouteMatch.newBuilder().setMethod(match.text("method"));
    if (match.has("path")) {
      built.setPath(value(match.fields("path"), "PathPrefix"));
    }
    if (match.has("grpc")) {
      built.setPath(grpcPath(match.fields("grpc")));
    }
    match.each("headers").forEach(header -> built.addHeaders(named(header)));
    match.each("queryParams").forEach(parameter -> built.addQueryParams(named(parameter)));
    return built.build();
  }

  private static StringMatch grpcPath(Fields grpc) {
    String service = grpc.text("service");
    String method = grpc.text("method");
    StringMatch.Builder path = StringMatch.newBuilder();
    if (service.isEmpty()) {
      return path.setType(StringMatch.Type.REGEX)
          .setValue("/[^/]+/" + method.replace(".", "\\."))
          .build();
    }
    return method.isEmpty()
        ? path.setType(StringMatch.Type.PREFIX).setValue("/" + service).build()
        : path.setType(StringMatch.Type.EXACT).setValue("/" + service + "/" + method).build();
  }

  private static NamedMatch named(Fields match) {
    return NamedMatch.newBuilder()
        .setName(match.text("name"))
        .setValue(value(match, "Exact"))
        .build();
  }

  private static StringMatch value(Fields match, String unwritten) {
    return StringMatch.newBuilder()
        .setType(
            switch (match.text("type", unwritten)) {
              case "PathPrefix" -> StringMatch.Type.PREFIX;
              case "RegularExpression" -> StringMatch.Type.REGEX;
              default -> StringMatch.Type.EXACT;
            })
        .setValue(match.text("value"))
        .build();
  }

  private static HeaderEdits edits(Fields edits) {
    return HeaderEdits.newBuilder()
        .addAllSet(headers(edits.each("set")))
        .addAllAdd(headers(edits.each("add")))
        .addAllRemove(edits.texts("remove"))
        .build();
  }

  private static List<Header> headers(List<Fields> headers) {
    return headers.stream()
        .map(
            header ->
                Header.newBuilder()
                    .setName(header.text("name"))
                    .setValue(header.text("value"))
                    .build())
        .toList();
  }

  private static UrlRewrite rewrite(Fields rewrite) {
    UrlRewrite.Builder built = UrlRewrite.newBuilder().setHost(rewrite.text("host"));
    Fields path = rewrite.fields("path");
    if (path.has("replaceFullPath")) {
      built.setReplaceFullPath(path.text("replaceFullPath"));
    } else if (path.has("replacePrefixMatch")) {
      built.setReplacePrefixMatch(path.text("replacePrefixMatch"));
    }
    return built.build();
  }

  private static Redirect redirect(Fields redirect) {
    Redirect.Builder built =
        Redirect.newBuilder()
            .setScheme(redirect.text("scheme"))
            .setHost(redirect.text("host"))
            .setPort(redirect.whole("port", 0))
            .setStatusCode(Integer.parseInt(redirect.text("statusCode", "302")));
    Fields path = redirect.fields("path");
    if (path.has("replaceFullPath")) {
      built.setReplaceFullPath(path.text("replaceFullPath"));
    } else if (path.has("replacePrefixMatch")) {
      built.setReplacePrefixMatch(path.text("replacePrefixMatch"));
    }
    return built.build();
  }
}
