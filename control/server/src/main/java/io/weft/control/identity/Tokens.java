package io.weft.control.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.weft.control.loop.Loop;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.Mirror;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens of a mesh, shared by its replicas. {@link #check} is for any thread. */
public final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final String PREFIX = "trust/tokens/";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final ConfigStore store;
  private final Clock clock;
  private final String rootHash;
  private final Mirror mirror;
  private final Map<String, Token> known = new ConcurrentSkipListMap<>();
  private final Map<String, Path> files = new ConcurrentHashMap<>();
  private final Consumer<String> gone;

  /**
   * @param gone told, on the loop, the id of each token that is worth nothing any more
   */
  public Tokens(ConfigStore store, Loop loop, Clock clock, String rootHash, Consumer<String> gone) {
    this.store = store;
    this.clock = clock;
    this.rootHash = rootHash;
    this.gone = gone;
    this.mirror = new Mirror(store, PREFIX, loop, this::changed);
  }

  public void start() {
    mirror.start();
  }

  public void close() {
    mirror.close();
  }

  /** Whether all tokens of the store are known here. */
  public boolean isListed() {
    return mirror.isListed();
  }

  /** A new token's text, which is shown this once. */
  public CompletableFuture<String> create(
      Token.Purpose purpose,
      String namespace,
      String principal,
      @Nullable Duration life,
      Token.@Nullable Role role) {
    String id = random(6);
    String secret = random(24);
    Instant now = clock.instant();
    Token token =
        new Token(
            id,
            purpose,
            hash(secret),
            namespace,
            principal,
            now.toString(),
            life == null ? null : now.plus(life).toString(),
            role == null ? null : role.name());
    return put(token).thenApply(done -> text(purpose, id, secret));
  }

  /**
   * Makes a file with a token that never expires, or, if there is one, sees to it that the store
   * knows its token. One that was revoked stays so.
   */
  public void keepFile(Path file, Token.Purpose purpose) throws IOException {
    if (!Files.exists(file)) {
      Secret.write(file, text(purpose, random(6), random(24)) + "\n");
    }
    // Whatever is in it is text of some kind; what is no token's is told below.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    Proof proof =
        Proof.ofText(purpose, text)
            .orElseThrow(
                () -> new IOException(file + " holds no token; remove it to have a new one made"));
    Token token =
        new Token(
            proof.id(),
            purpose,
            hash(proof.secret()),
            "",
            "",
            clock.instant().toString(),
            null,
            null);
    known.put(token.id(), token);
    files.put(token.id(), file);
    var unused =
        store
            .commit(
                new Commit()
                    .unchanged(PREFIX + token.id(), 0)
                    .put(PREFIX + token.id(), json(token)))
            .whenComplete(
                (done, fault) -> {
                  if (fault != null) {
                    LOG.warn(
                        "token {} is not in the store yet: {}", token.id(), fault.getMessage());
                  }
                });
  }

  /** The token that a credential {@code id.secret} proves, if it is one for that purpose. */
  public Optional<Token> check(Token.Purpose purpose, String credential) {
    Proof proof = Proof.of(credential).orElse(null);
    Token token = proof == null ? null : known.get(proof.id());
    if (proof == null
        || token == null
        || token.purpose() != purpose
        || !MessageDigest.isEqual(
            token.secretHash().getBytes(StandardCharsets.UTF_8),
            hash(proof.secret()).getBytes(StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    String expires = token.expires();
    return expires != null && !clock.instant().isBefore(Instant.parse(expires))
        ? Optional.empty()
        : Optional.of(token);
  }

  /** Makes a token worthless; whether there was one. */
  public CompletableFuture<Boolean> revoke(String id) {
    Token token = known.get(id);
    if (token == null || token.isRevoked()) {
      return CompletableFuture.completedFuture(false);
    }
    // One without an end may stand in a file, from which a control that starts would have it again.
    boolean ends = token.expires() != null;
    Commit commit =
        ends
            ? new Commit().delete(PREFIX + id)
            : new Commit().put(PREFIX + id, json(token.revoked()));
    return store
        .commit(commit)
        .thenApply(
            done -> {
              known.computeIfPresent(id, (same, now) -> ends ? null : now.revoked());
              return true;
            });
  }

  /** All of them, without their secrets, which nobody has. */
  public Collection<Token> all() {
    return known.values().stream().filter(token -> !token.isRevoked()).toList();
  }

  private String text(Token.Purpose purpose, String id, String secret) {
    return purpose == Token.Purpose.JOIN
        ? "weft1." + id + "." + secret + "." + rootHash
        : id + "." + secret;
  }

  private CompletableFuture<Commit.Result> put(Token token) {
    return store.commit(new Commit().put(PREFIX + token.id(), json(token)));
  }

  private static ByteString json(Token token) {
    try {
      return ByteString.copyFrom(JSON.writeValueAsBytes(token));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void changed(List<Change> changes) {
    for (Change change : changes) {
      Entry now = change.now();
      if (now == null) {
        String id = change.key().substring(PREFIX.length());
        known.remove(id);
        gone.accept(id);
        continue;
      }
      try {
        Token token = JSON.readValue(now.value().toByteArray(), Token.class);
        known.put(token.id(), token);
        if (token.isRevoked()) {
          revoked(token.id());
        }
      } catch (IOException e) {
        LOG.warn("{} in the store is no token", change.key());
      }
    }
  }

  private void revoked(String id) {
    gone.accept(id);
    Path file = files.get(id);
    if (file != null) {
      LOG.warn(
          "the token in {} is revoked: remove the file and start again to have a new one made",
          file);
    }
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  private static String hash(String secret) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
