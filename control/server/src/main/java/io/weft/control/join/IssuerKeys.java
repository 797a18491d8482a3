package io.weft.control.join;

import io.weft.control.keys.KeptKeys;
import io.weft.control.keys.KeptKeys.Fetched;
import java.security.Key;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The public keys of an issuer by their ids. Confined to the executor that it is given. */
final class IssuerKeys {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
  private static final int MOST = 100;

  private final KeptKeys<Map<String, Key>> kept;

  /**
   * @param place where the set is, for messages
   * @param source reads it: a JWK set (RFC 7517)
   */
  IssuerKeys(
      String place, Supplier<CompletableFuture<String>> source, Executor confinement, Clock clock) {
    this.kept =
        new KeptKeys<>(
            Map.of(),
            () -> source.get().thenApply(text -> new Fetched<>(parse(text), Optional.empty())),
            confinement,
            clock,
            new News(place));
  }

  /** The key of an id, once it is known whether there is one. */
  CompletableFuture<Optional<Key>> find(String id) {
    if (!kept.keys().containsKey(id)) {
      kept.miss();
    }
    kept.advance();
    // Who is known by keys that are fresh need not wait for those that another has missed.
    return kept.isFresh() && kept.keys().containsKey(id)
        ? CompletableFuture.completedFuture(Optional.ofNullable(kept.keys().get(id)))
        : kept.awaited().thenApply(keys -> Optional.ofNullable(keys.get(id)));
  }

  /** Why the set could not be read the last time, in one line; empty if it was. */
  String trouble() {
    return kept.trouble();
  }

  /** Reads the set if that is due, so that the first who asks need not wait. */
  void advance() {
    kept.advance();
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

  private final class News implements KeptKeys.Owner {
    private final String place;

    News(String place) {
      this.place = place;
    }

    @Override
    public void changed() {
      // Whoever asks sees it.
    }

    @Override
    public void failed(String trouble) {
      LOG.warn(
          "the keys of service account tokens cannot be read from {}: {}; {}",
          place,
          trouble,
          kept.keys().isEmpty()
              ? "nobody joins by one until they can"
              : "those read before stay good");
    }

    @Override
    public void mended() {
      LOG.info("the keys of service account tokens are read again from {}", place);
    }
  }
}
