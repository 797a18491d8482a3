package io.weft.core.route;

import io.weft.core.balance.StableHash;
import io.weft.core.call.OutboundRequest;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * By what requests stick to an endpoint: the first of these that a request has; one that has none
 * goes anywhere. Immutable.
 */
public record HashPolicy(List<HashKey> keys) {
  /** Nothing sticks. */
  public static final HashPolicy NONE = new HashPolicy(List.of());

  private static final long THIS_PROCESS = ThreadLocalRandom.current().nextLong();

  /** Something a request may have. */
  public sealed interface HashKey {
    /** The first value of a header. */
    record Header(String name) implements HashKey {}

    /** A cookie's value. */
    record Cookie(String name) implements HashKey {}

    /** The path, without the query. */
    record Path() implements HashKey {}

    /** The process that calls. */
    record Source() implements HashKey {}
  }

  /** Whether a request has any of these. */
  public boolean isFoundIn(OutboundRequest request) {
    for (HashKey key : keys) {
      if (key instanceof HashKey.Source
          || key instanceof HashKey.Path
          || !value(key, request).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** The hash of a request. */
  public long hash(OutboundRequest request, RandomGenerator chance) {
    for (int i = 0; i < keys.size(); i++) {
      HashKey key = keys.get(i);
      if (key instanceof HashKey.Source) {
        return THIS_PROCESS;
      }
      if (key instanceof HashKey.Path) {
        return StableHash.of(request.target(), 0, Query.pathEnd(request.target()));
      }
      String value = value(key, request);
      if (!value.isEmpty()) {
        return StableHash.of(value);
      }
    }
    return keys.isEmpty() ? 0 : chance.nextLong();
  }

  private static String value(HashKey key, OutboundRequest request) {
    return key instanceof HashKey.Header header
        ? request.header(header.name())
        : key instanceof HashKey.Cookie cookie
            ? Cookies.value(request.header("cookie"), cookie.name())
            : "";
  }
}
