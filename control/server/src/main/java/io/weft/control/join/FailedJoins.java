package io.weft.control.join;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts joins that fail, by address and by credential, so that whoever guesses costs little and
 * learns slowly. Joins that succeed are never counted: any number of good agents may come from one
 * address, also while somebody guesses there.
 *
 * <p>Its memory is bounded: of more than ten thousand addresses, or credentials, those that have
 * failed least lately are forgotten. Confined to one thread.
 */
public final class FailedJoins {
  /** How long an answer is held back once an address has failed too often. */
  public static final Duration HELD_BACK = Duration.ofSeconds(1);

  static final int AT_ONCE_BY_ADDRESS = 20;
  static final int AT_ONCE_BY_CREDENTIAL = 5;

  private static final Logger LOG = LoggerFactory.getLogger(FailedJoins.class);
  private static final int MOST = 10_000;
  private static final int LONGEST_REASON = 200;
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration ADDRESS_FORGETS_ONE = Duration.ofSeconds(1);
  private static final Duration CREDENTIAL_FORGETS_ONE = Duration.ofSeconds(10);

  private final LongSupplier nanoTime;
  private final Consumer<String> log;
  private final Counts addresses;
  private final Counts credentials;
  private long silentUntil;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  public FailedJoins(LongSupplier nanoTime) {
    this(nanoTime, LOG::warn);
  }

  FailedJoins(LongSupplier nanoTime, Consumer<String> log) {
    this.nanoTime = nanoTime;
    this.log = log;
    this.addresses = new Counts(ADDRESS_FORGETS_ONE);
    this.credentials = new Counts(CREDENTIAL_FORGETS_ONE);
    this.silentUntil = nanoTime.getAsLong();
  }

  /**
   * Whether this very credential has failed so often that it is not looked at now; at the latest
   * ten seconds later it is.
   */
  public boolean isBarred(String credential) {
    return credentials.now(credential, nanoTime.getAsLong()) > AT_ONCE_BY_CREDENTIAL - 1;
  }

  /** A credential was looked at and proves nothing. */
  public void unproven(String credential) {
    credentials.add(credential, nanoTime.getAsLong(), AT_ONCE_BY_CREDENTIAL);
  }

  /** A credential was looked at and is good. */
  public void proven(String credential) {
    credentials.forget(credential);
  }

  /**
   * A join from an address failed.
   *
   * @param reason for the log, which hears of an address once it has failed too often
   * @return whether it has
   */
  public boolean failed(String address, String reason) {
    long now = nanoTime.getAsLong();
    boolean before = addresses.now(address, now) > AT_ONCE_BY_ADDRESS;
    addresses.add(address, now, AT_ONCE_BY_ADDRESS + 1);
    boolean tooOften = addresses.now(address, now) > AT_ONCE_BY_ADDRESS;
    if (tooOften && !before && now - silentUntil >= 0) {
      silentUntil = now + BETWEEN_LINES.toNanos();
      log.accept(
          "joins from "
              + address
              + " fail too often: those that fail are answered late from now on; the last: "
              + printable(reason));
    }
    return tooOften;
  }

  // Reasons quote what agents say.
  private static String printable(String reason) {
    String line = reason.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
  }

  /** Failures by whose they are, each forgotten after a time. */
  private static final class Counts {
    private record Count(double failures, long at) {}

    private final double forgetsOneNanos;
    private final Map<String, Count> counts =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MOST;
          }
        };

    Counts(Duration forgetsOne) {
      this.forgetsOneNanos = forgetsOne.toNanos();
    }

    double now(String whose, long now) {
      Count count = counts.get(whose);
      return count == null
          ? 0
          : Math.max(0, count.failures() - (now - count.at()) / forgetsOneNanos);
    }

    void add(String whose, long now, int most) {
      counts.put(whose, new Count(Math.min(most, now(whose, now) + 1), now));
    }

    void forget(String whose) {
      counts.remove(whose);
    }
  }
}
