package io.weft.core.inbound;

import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.TokenPlace;
import io.weft.core.call.HeaderField;
import io.weft.core.config.Source;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that requests show (RFC 7519), checked as Istio's RequestAuthentication would: none is
 * no fault, one that is not valid is. A request with two different tokens is refused. Thread-safe;
 * no lock is taken.
 */
final class Tokens {
  private static final int MOST_CHARACTERS = 8 * 1024;
  private static final int MOST_REMEMBERED = 1_000;

  private final Map<String, TokenIssuer> issuers;
  private final Source first;
  private final List<String> ownHeaders;
  private final Clock clock;
  private final Map<Key, Valid> remembered = new ConcurrentHashMap<>();

  /**
   * What a request has shown.
   *
   * @param refusedBy the document that refuses its token; null if there is no fault
   * @param added headers for the application
   * @param hidden headers that it shall not see
   */
  record Shown(
      Claims claims, @Nullable Source refusedBy, List<HeaderField> added, List<String> hidden) {}

  private static final Shown NOT_ASKED = new Shown(Claims.NONE, null, List.of(), List.of());

  private final Shown nothing;

  /** A signed token for us; times are checked at each use. Zero: without one. */
  private record Valid(
      TokenIssuer issuer, long fromMillis, long untilMillis, Claims claims, String payload) {}

  /** A token to remember. Its signature tells it from others well enough, and is at its end. */
  private record Key(String token) {
    private static final int CHARACTERS = 32;

    @Override
    public int hashCode() {
      int hash = 0;
      for (int i = Math.max(0, token.length() - CHARACTERS); i < token.length(); i++) {
        hash = 31 * hash + token.charAt(i);
      }
      return hash;
    }
  }

  private record Found(String token, TokenIssuer asker, TokenPlace place) {}

  private Tokens(Map<String, TokenIssuer> issuers, Source first, Clock clock) {
    this.issuers = issuers;
    this.first = first;
    this.clock = clock;
    this.ownHeaders =
        issuers.values().stream()
            .map(TokenIssuer::forwardHeader)
            .filter(name -> !name.isEmpty())
            .toList();
    this.nothing = new Shown(Claims.NONE, null, List.of(), ownHeaders);
  }

  /**
   * By the documents of one mode.
   *
   * @param before what they were, whose keys stay where control has none of its own yet
   * @param unknownKeys told the jwks_uri of an issuer whose tokens name a key that is not known
   */
  static Tokens of(
      List<JwtAuthentication> documents,
      boolean shadow,
      Clock clock,
      @Nullable Tokens before,
      Consumer<String> unknownKeys) {
    Map<String, TokenIssuer> issuers = new HashMap<>();
    Source first = Source.BUILT_IN;
    for (JwtAuthentication each : documents) {
      if (each.getShadow() == shadow) {
        first = issuers.isEmpty() ? Source.of(each.getSource()) : first;
        TokenIssuer same = before == null ? null : before.issuers.get(each.getIssuer());
        issuers.put(each.getIssuer(), new TokenIssuer(each, same, unknownKeys));
      }
    }
    return new Tokens(Map.copyOf(issuers), first, clock);
  }

  /** The document of the first issuer. */
  Source first() {
    return first;
  }

  boolean isEmpty() {
    return issuers.isEmpty();
  }

  /** What a request shows. Never throws for what stands in it. */
  Shown look(InboundRequest request) {
    if (issuers.isEmpty()) {
      return NOT_ASKED;
    }
    List<Found> found = found(request);
    if (found.isEmpty()) {
      return nothing;
    }
    String token = found.get(0).token();
    for (Found each : found) {
      if (!each.token().equals(token)) {
        return refused(each.asker().source());
      }
    }
    Valid valid = valid(token);
    if (valid == null) {
      return refused(found.size() == 1 ? found.get(0).asker().source() : first);
    }
    long now = clock.millis();
    long skew = valid.issuer().skewMillis();
    boolean inTime =
        (valid.untilMillis() == 0 || now - skew < valid.untilMillis())
            && now + skew >= valid.fromMillis();
    return inTime && isInPlace(valid, found)
        ? accepted(valid, found)
        : refused(valid.issuer().source());
  }

  private static boolean isInPlace(Valid valid, List<Found> found) {
    for (Found each : found) {
      if (each.asker() == valid.issuer()) {
        return true;
      }
    }
    return false;
  }

  private Shown refused(Source by) {
    return new Shown(Claims.NONE, by, List.of(), ownHeaders);
  }

  private Shown accepted(Valid valid, List<Found> found) {
    TokenIssuer issuer = valid.issuer();
    List<String> hidden = new ArrayList<>(ownHeaders);
    if (!issuer.forwardsOriginal()) {
      for (Found each : found) {
        if (each.place().hasHeader()) {
          hidden.add(each.place().getHeader());
        }
      }
    }
    List<HeaderField> added =
        issuer.forwardHeader().isEmpty()
            ? List.of()
            : List.of(new HeaderField(issuer.forwardHeader(), valid.payload()));
    return new Shown(valid.claims(), null, added, hidden);
  }

  private List<Found> found(InboundRequest request) {
    List<Found> found = new ArrayList<>(2);
    for (TokenIssuer issuer : issuers.values()) {
      for (TokenPlace place : issuer.places()) {
        String name = place.hasHeader() ? place.getHeader() : "cookie";
        for (String value : request.headers(name)) {
          if (place.hasHeader()) {
            add(found, value, issuer, place);
          } else {
            addCookies(found, value, issuer, place);
          }
        }
      }
    }
    return found;
  }

  // A scheme's name is in any case (RFC 9110, section 11.1): what an application may take for a
  // token is never passed over here.
  private static void add(List<Found> found, String value, TokenIssuer by, TokenPlace place) {
    String text = value.strip();
    String prefix = place.getPrefix();
    if (text.regionMatches(true, 0, prefix, 0, prefix.length())) {
      found.add(new Found(text.substring(prefix.length()).strip(), by, place));
    }
  }

  private static void addCookies(
      List<Found> found, String header, TokenIssuer by, TokenPlace place) {
    for (String pair : header.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().equals(place.getCookie())) {
        found.add(new Found(pair.substring(equals + 1).strip(), by, place));
      }
    }
  }

  private @Nullable Valid valid(String token) {
    if (token.length() > MOST_CHARACTERS) {
      return null;
    }
    Key key = new Key(token);
    Valid known = remembered.get(key);
    if (known != null) {
      return known;
    }
    try {
      Valid checked = check(token);
      if (checked != null) {
        if (remembered.size() >= MOST_REMEMBERED) {
          remembered.clear();
        }
        remembered.put(key, checked);
      }
      return checked;
    } catch (JoseException | RuntimeException | StackOverflowError e) {
      // Whatever is wrong with it, it is no token.
      return null;
    }
  }

  private @Nullable Valid check(String token) throws JoseException {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    byte[] payload = Base64.getUrlDecoder().decode(parts[1]);
    Map<String, Object> claims = JsonUtil.parseJson(new String(payload, StandardCharsets.UTF_8));
    TokenIssuer issuer = claims.get("iss") instanceof String name ? issuers.get(name) : null;
    if (issuer == null || !issuer.isFor(claims) || !issuer.hasSigned(token)) {
      return null;
    }
    return new Valid(
        issuer, millis(claims.get("nbf")), millis(claims.get("exp")), new Claims(claims), parts[1]);
  }

  // NumericDate, fractions allowed (RFC 7519, section 2).
  private static long millis(@Nullable Object date) {
    if (date == null) {
      return 0;
    }
    if (!(date instanceof Number seconds) || !(seconds.doubleValue() > 0)) {
      throw new IllegalArgumentException("no date");
    }
    return (long) (seconds.doubleValue() * 1000);
  }
}
