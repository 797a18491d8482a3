package io.weft.it.bench;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Source;
import io.weft.api.v1.TokenPlace;
import io.weft.api.v1.ValuesMatch;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;

/** Policies of a called service: 1,000 rules of Authorization in 50 documents, and more. */
final class GuardedService {
  static final int RULES = 1_000;

  private static final int DOCUMENTS = 50;
  // One document in so many denies.
  private static final int DENYING = 10;

  private GuardedService() {}

  /**
   * What the rules are like.
   *
   * @see #rule
   */
  enum Rules {
    /** Of every kind, as many teams would have written them. */
    MIXED,
    /** One folder, and each rule admits another caller. */
    CALLERS,
    /** One caller, and each rule admits it to another folder. */
    FOLDERS
  }

  static Inbound.Builder inbound(Rules rules) {
    Inbound.Builder inbound = Inbound.newBuilder().setNamespace("default").setService("bench");
    int perDocument = RULES / DOCUMENTS;
    for (int document = 0; document < DOCUMENTS; document++) {
      boolean denies = document % DENYING == 0;
      Authorization.Builder authorization =
          Authorization.newBuilder()
              .setSource(source("Authorization", "document-" + document))
              .setDeny(denies);
      for (int i = 0; i < perDocument; i++) {
        authorization.addRules(rule(rules, document * perDocument + i, denies));
      }
      inbound.addAuthorizations(authorization);
    }
    return inbound;
  }

  private static AuthorizationRule rule(Rules rules, int n, boolean denies) {
    AuthorizationRule.Builder rule = AuthorizationRule.newBuilder();
    return switch (rules) {
      case CALLERS -> rule.addPaths("/api/*").addPrincipals("shop/caller-" + n).build();
      case FOLDERS -> rule.addPaths("/api/" + n + "/*").addPrincipals("shop/caller").build();
      case MIXED -> denies ? forbidding(rule, n) : allowing(rule, n);
    };
  }

  private static AuthorizationRule forbidding(AuthorizationRule.Builder rule, int n) {
    return (switch (n % 4) {
          case 0 -> rule.addPaths("/admin/" + n).addNotPrincipals("ops/admin");
          case 1 -> rule.addPaths("/internal/" + n + "/*").addNotNamespaces("shop");
          case 2 -> rule.addPrincipals("suspended/caller-" + n);
          default -> rule.addPaths("*.secret" + n).addMethods("GET");
        })
        .build();
  }

  private static AuthorizationRule allowing(AuthorizationRule.Builder rule, int n) {
    return (switch (n % 10) {
          case 0 -> rule.addPaths("/orders/" + n).addMethods("GET").addMethods("POST");
          case 1 -> rule.addPaths("/api/" + n + "/*").addNamespaces("shop");
          case 2 -> rule.addPaths("/api/" + n + "/*").addPrincipals("shop/caller");
          case 3 -> rule.addPaths("*.json").addPrincipals("shop/reader-" + n);
          case 4 -> rule.addPrincipals("shop/caller-" + n).addMethods("GET");
          case 5 -> rule.addPaths("/team/" + n).addPrincipals("team-" + n % 20 + "/*");
          case 6 -> rule.addPaths("/gold/" + n + "/*").addHeaders(values("tier", "gold"));
          case 7 -> rule.addPaths("/clerks/" + n + "/*").addClaims(values("roles", "clerk-" + n));
          case 8 -> rule.addNamespaces("tenant-" + n).addNotPaths("/admin/*");
          default -> rule.addPaths("/metrics/" + n).addSourceRanges("10.1.0.0/16");
        })
        .build();
  }

  static RateLimit.Builder rateLimit() {
    return RateLimit.newBuilder()
        .setSource(source("RateLimit", "rate"))
        .setLimit(1_000_000_000)
        .setPeriodNanos(1_000_000_000)
        .setBurst(1_000_000)
        .setKey(RateLimit.Key.CALLER);
  }

  static JwtAuthentication.Builder tokensOf(String issuer, PublicJsonWebKey key) {
    String jwks = "{\"keys\":[" + key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}";
    return JwtAuthentication.newBuilder()
        .setSource(source("JwtAuthentication", "tokens"))
        .setIssuer(issuer)
        .addAudiences("bench")
        .setJwks(jwks)
        .addFrom(TokenPlace.newBuilder().setHeader("authorization").setPrefix("Bearer "));
  }

  private static ValuesMatch values(String name, String value) {
    return ValuesMatch.newBuilder().setName(name).addValues(value).build();
  }

  private static Source source(String kind, String name) {
    return Source.newBuilder()
        .setKind(kind)
        .setNamespace("default")
        .setName(name)
        .setGeneration(1)
        .build();
  }
}
