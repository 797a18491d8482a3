package io.weft.control.compile;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Source;
import io.weft.api.v1.TokenPlace;
import io.weft.api.v1.ValuesMatch;
import io.weft.control.document.Document;
import io.weft.control.document.Fields;
import java.time.Duration;
import java.util.Locale;

/** What called services enforce, as their agents are sent it. */
final class InboundParts {
  private InboundParts() {}

  static MutualTls mutualTls(Document document, Source source) {
    Fields conf = document.conf();
    Fields exempt = conf.fields("exempt");
    return MutualTls.newBuilder()
        .setSource(source)
        .setShadow(document.isShadow())
        .setMode(MutualTls.Mode.valueOf(conf.text("mode")))
        .setTls12(conf.text("minimumTlsVersion").equals("1.2"))
        .addAllExemptPorts(exempt.wholes("ports"))
        .addAllExemptPaths(exempt.texts("paths"))
        .addAllExemptRanges(exempt.texts("sourceRanges"))
        .build();
  }

  static JwtAuthentication jwtAuthentication(Document document, Source source) {
    Fields conf = document.conf();
    JwtAuthentication.Builder built =
        JwtAuthentication.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setIssuer(conf.text("issuer"))
            .addAllAudiences(conf.texts("audiences"))
            .setJwks(conf.text("jwks"))
            .setJwksUri(conf.text("jwksUri"))
            .setClockSkewNanos(conf.nanos("clockSkew", Duration.ofMinutes(1)))
            .setForwardHeader(conf.text("outputPayloadToHeader").toLowerCase(Locale.ROOT))
            .setForwardOriginal(conf.flag("forwardOriginalToken", false));
    for (Fields header : conf.each("fromHeaders")) {
      built.addFrom(
          TokenPlace.newBuilder()
              .setHeader(header.text("name").toLowerCase(Locale.ROOT))
              .setPrefix(header.text("prefix")));
    }
    for (String cookie : conf.texts("fromCookies")) {
      built.addFrom(TokenPlace.newBuilder().setCookie(cookie));
    }
    if (built.getFromCount() == 0) {
      built.addFrom(TokenPlace.newBuilder().setHeader("authorization").setPrefix("Bearer "));
    }
    return built.build();
  }

  static Authorization authorization(Document document, Source source) {
    Fields conf = document.conf();
    Authorization.Builder authorization =
        Authorization.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setDeny(conf.text("action").equals("DENY"));
    conf.each("rules").forEach(rule -> authorization.addRules(rule(rule)));
    return authorization.build();
  }

  private static AuthorizationRule rule(Fields rule) {
    AuthorizationRule.Builder built =
        AuthorizationRule.newBuilder()
            .addAllPrincipals(rule.texts("principals"))
            .addAllNotPrincipals(rule.texts("notPrincipals"))
            .addAllNamespaces(rule.texts("namespaces"))
            .addAllNotNamespaces(rule.texts("notNamespaces"))
            .addAllMethods(rule.texts("methods"))
            .addAllNotMethods(rule.texts("notMethods"))
            .addAllPaths(rule.texts("paths"))
            .addAllNotPaths(rule.texts("notPaths"))
            .addAllSourceRanges(rule.texts("sourceRanges"))
            .addAllNotSourceRanges(rule.texts("notSourceRanges"));
    for (Fields grpc : rule.each("grpc")) {
      built.addPaths("/" + grpc.text("service") + "/" + grpc.text("method", "*"));
    }
    for (Fields header : rule.each("headers")) {
      built.addHeaders(
          ValuesMatch.newBuilder()
              .setName(header.text("name").toLowerCase(Locale.ROOT))
              .addAllValues(header.texts("values")));
    }
    for (Fields claim : rule.each("claims")) {
      built.addClaims(
          ValuesMatch.newBuilder().setName(claim.text("name")).addAllValues(claim.texts("values")));
    }
    return built.build();
  }

  static RateLimit rateLimit(Document document, Source source) {
    Fields conf = document.conf();
    int limit = conf.whole("limitForPeriod", 1);
    return RateLimit.newBuilder()
        .setSource(source)
        .setShadow(document.isShadow())
        .setLimit(limit)
        .setPeriodNanos(conf.nanos("limitRefreshPeriod", Duration.ofSeconds(1)))
        .setBurst(conf.whole("burst", limit))
        .setKey(RateLimit.Key.valueOf(conf.text("key", "none").toUpperCase(Locale.ROOT)))
        .setHeader(conf.text("header").toLowerCase(Locale.ROOT))
        .setScope(RateLimit.Scope.valueOf(conf.text("scope", "local").toUpperCase(Locale.ROOT)))
        .build();
  }
}
