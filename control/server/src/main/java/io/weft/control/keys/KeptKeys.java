package io.weft.control.keys;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer as they were fetched last: again as they age, and sooner where a key is
 * missed among them, but for that no oftener than every ten seconds, however many miss one. A fetch
 * that fails changes nothing but {@link #trouble}, and is tried again. Confined to the executor
 * that it is given.
 *
 * @param <K> what the keys are kept as
 */
public final class KeptKeys<K> {
  /** How old they become where their issuer says nothing. */
  static final Duration FRESH = Duration.ofMinutes(5);

  /** What issuers say is followed within these bounds. */
  static final Duration FRESH_AT_LEAST = Duration.ofSeconds(10);

  static final Duration FRESH_AT_MOST = Duration.ofHours(1);

  /** However many miss a key, they are fetched for that no oftener. */
  static final Duration BETWEEN = Duration.ofSeconds(10);

  /** After a failure; doubled with each further one. */
  static final Duration RETRY = Duration.ofSeconds(1);

  static final Duration RETRY_AT_MOST = Duration.ofMinutes(1);

  /**
   * Keys as they were fetched.
   *
   * @param fresh how long their issuer says that they hold; empty if it says nothing
   */
  public record Fetched<K>(K keys, Optional<Duration> fresh) {}

  /** Whose keys they are; told on the executor. */
  public interface Owner {
    /** They have become others. */
    void changed();

    /** They cannot be fetched, for a reason that is another than the last. */
    void failed(String trouble);

    /** They can be fetched again. */
    void mended();
  }

  private final Supplier<CompletableFuture<Fetched<K>>> source;
  private final Executor confinement;
  private final Clock clock;
  private final Owner owner;
  private K keys;
  private Instant fetchedAt = Instant.EPOCH;
  private Instant askedAt = Instant.EPOCH;
  private Instant due = Instant.MIN;
  private boolean missed;
  private int failures;
  private String trouble = "";
  private CompletableFuture<K> asked;

  /**
   * @param none what there is before any are fetched
   * @param source begins to fetch them; does not block, and ends within a bounded time, with an
   *     exception whose message says in one line what is wrong
   */
  public KeptKeys(
      K none,
      Supplier<CompletableFuture<Fetched<K>>> source,
      Executor confinement,
      Clock clock,
      Owner owner) {
    this.keys = none;
    this.asked = CompletableFuture.completedFuture(none);
    this.source = source;
    this.confinement = confinement;
    this.clock = clock;
    this.owner = owner;
  }

  /** Those that hold. */
  public K keys() {
    return keys;
  }

  /** Those that hold once the fetch under way, if there is one, is over. */
  public CompletableFuture<K> awaited() {
    return asked;
  }

  /** When they were fetched; the epoch if they never were. */
  public Instant fetchedAt() {
    return fetchedAt;
  }

  /** Why they could not be fetched the last time, in one line; empty if they could. */
  public String trouble() {
    return trouble;
  }

  /** Whether they need not be fetched yet. */
  public boolean isFresh() {
    return clock.instant().isBefore(due);
  }

  /** Somebody names a key that is not among them. */
  public void miss() {
    missed = true;
  }

  /** Fetches them if that is due. Cheap: to be called often. */
  public void advance() {
    Instant now = clock.instant();
    boolean wanted = missed && !now.isBefore(askedAt.plus(BETWEEN));
    if (asked.isDone() && (wanted || !now.isBefore(due))) {
      missed = false;
      askedAt = now;
      asked = source.get().handleAsync(this::ended, confinement);
    }
  }

  private K ended(@Nullable Fetched<K> fetched, @Nullable Throwable fault) {
    if (fetched == null) {
      failed(fault);
    } else {
      took(fetched);
    }
    return keys;
  }

  private void took(Fetched<K> fetched) {
    failures = 0;
    fetchedAt = clock.instant();
    due = fetchedAt.plus(bounded(fetched.fresh().orElse(FRESH)));
    if (!trouble.isEmpty()) {
      trouble = "";
      owner.mended();
    }
    if (!fetched.keys().equals(keys)) {
      keys = fetched.keys();
      owner.changed();
    }
  }

  private void failed(@Nullable Throwable fault) {
    due = clock.instant().plus(pause(failures++));
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    String why =
        cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    // Once for each thing that is wrong, however often it is tried.
    if (!why.equals(trouble)) {
      trouble = why;
      owner.failed(why);
    }
  }

  private static Duration pause(int failures) {
    Duration pause = RETRY.multipliedBy(1L << Math.min(failures, 10));
    return pause.compareTo(RETRY_AT_MOST) > 0 ? RETRY_AT_MOST : pause;
  }

  private static Duration bounded(Duration fresh) {
    if (fresh.compareTo(FRESH_AT_LEAST) < 0) {
      return FRESH_AT_LEAST;
    }
    return fresh.compareTo(FRESH_AT_MOST) > 0 ? FRESH_AT_MOST : fresh;
  }
}
