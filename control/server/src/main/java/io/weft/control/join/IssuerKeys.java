package io.weft.control.join;

import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer by their ids, from a JWK set (RFC 7517).
 *
 * <p>The set is read again every five minutes, and for a key that is not in it: but for that no
 * sooner than ten seconds after the last time, however many ask. While it cannot be read, the keys
 * that were read last stay good. Confined to the executor that it is given.
 */
final class IssuerKeys {
  static final Duration OLD = Duration.ofMinutes(5);
  static final Duration SOONEST = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
  private static final int MOST = 100;

  private final String place;
  private final Supplier<CompletableFuture<String>> source;
  private final Executor confinement;
  private final Clock clock;
  private Map<String, Key> keys = Map.of();
  private Instant read = Instant.MIN;
  private Instant tried = Instant.MIN;
  private String trouble = "";
  private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);

  /**
   * @param place where the set is, for messages
   * @param source reads it
   */
  IssuerKeys(
      String place, Supplier<CompletableFuture<String>> source, Executor confinement, Clock clock) {
    this.place = place;
    this.source = source;
    this.confinement = confinement;
    this.clock = clock;
  }

  /** The key of an id, once it is known whether there is one. */
  CompletableFuture<Optional<Key>> find(String id) {
    Instant now = clock.instant();
    boolean current = keys.containsKey(id) && now.isBefore(read.plus(OLD));
    if (!current && reading.isDone() && !now.isBefore(tried.plus(SOONEST))) {
      readAgain();
    }
    return current
        ? CompletableFuture.completedFuture(Optional.ofNullable(keys.get(id)))
        : reading.thenApply(done -> Optional.ofNullable(keys.get(id)));
  }

  /** Why the set could not be read the last time, in one line; empty if it was. */
  String trouble() {
    return trouble;
  }

  /** Reads the set, so that the first who asks need not wait. */
  void readAgain() {
    tried = clock.instant();
    reading = source.get().thenApply(IssuerKeys::parse).handleAsync(this::take, confinement);
  }

  private Void take(Map<String, Key> fresh, Throwable fault) {
    if (fault == null) {
      keys = fresh;
      read = clock.instant();
      if (!trouble.isEmpty()) {
        LOG.info("the keys of service account tokens are read again from {}", place);
      }
      trouble = "";
      return null;
    }
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (!why.equals(trouble)) {
      LOG.warn(
          "the keys of service account tokens cannot be read from {}: {}; {}",
          place,
          why,
          keys.isEmpty() ? "nobody joins by one until they can" : "those read before stay good");
    }
    trouble = why;
    return null;
  }

  private static Map<String, Key> parse(String text) {
    List<JsonWebKey> all;
    try {
      all = new JsonWebKeySet(text).getJsonWebKeys();
    } catch (JoseException | RuntimeException e) {
      throw new IllegalArgumentException("it is not a JWK set (RFC 7517)", e);
    }
    Map<String, Key> keys = new HashMap<>();
    for (JsonWebKey each : all) {
      boolean signs = each.getUse() == null || each.getUse().equals("sig");
      if (signs
          && each instanceof PublicJsonWebKey key
          && key.getKeyId() != null
          && keys.size() < MOST) {
        keys.put(key.getKeyId(), key.getPublicKey());
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no public key with a kid in it");
    }
    return keys;
  }
}
