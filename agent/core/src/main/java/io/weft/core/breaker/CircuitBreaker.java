package io.weft.core.breaker;

import io.github.resilience4j.core.Clock;
import io.github.resilience4j.core.metrics.FixedSizeSlidingWindowMetrics;
import io.github.resilience4j.core.metrics.LockFreeSlidingTimeWindowMetrics;
import io.github.resilience4j.core.metrics.Metrics;
import io.github.resilience4j.core.metrics.Snapshot;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls to a service through while few of them fail or are slow, refuses all for a while when
 * many do, and then lets a few find out. The windows are Resilience4j's, without locks, and the
 * states mean what they mean there. The states are our own, so that time can be told, and that a
 * call which outlives the state in which it began neither counts nor gives anything back in
 * another.
 *
 * <p>Survives pushes. Thread-safe, without a lock.
 */
public final class CircuitBreaker {
  private final BreakerPolicy policy;
  private final AtomicReference<@Nullable State> state = new AtomicReference<>();

  private sealed interface State {}

  /** Refuses all until a time. */
  private record Open(long until) implements State {}

  public CircuitBreaker(BreakerPolicy policy) {
    this.policy = policy;
  }

  /**
   * Asks to make a call.
   *
   * @return null if it must not be made
   */
  public @Nullable Admission admit(long now) {
    while (true) {
      State current = state.get();
      if (current instanceof Closed closed) {
        return closed;
      }
      if (current instanceof HalfOpen half && half.take()) {
        return half;
      }
      if (!isOver(current, now)) {
        return null;
      }
      State next = current == null ? new Closed(now) : new HalfOpen(now);
      state.compareAndSet(current, next);
    }
  }

  /** What it would say to a call now, which it is not asked to make. */
  public Look look(long now) {
    State current = state.get();
    if (current instanceof Closed closed) {
      return new Look(false, "closed: " + closed.says());
    }
    if (current instanceof HalfOpen half && !isOver(current, now)) {
      int places = half.places.get();
      return new Look(
          places <= 0, "half-open: " + Math.max(0, places) + " more calls may find out");
    }
    if (current instanceof Open open && !isOver(current, now)) {
      return new Look(
          true, "open for " + TimeUnit.NANOSECONDS.toMillis(open.until() - now) + " ms more");
    }
    return current == null
        ? new Look(false, "closed: no calls yet")
        : new Look(false, "half-open from the next call on, which finds out");
  }

  /**
   * How it stands.
   *
   * @param refuses whether a call would be refused
   * @param says in words
   */
  public record Look(boolean refuses, String says) {}

  // Where those who were to find out bring no result, others are sent.
  private boolean isOver(@Nullable State current, long now) {
    if (current instanceof Open open) {
      return open.until() - now <= 0;
    }
    return !(current instanceof HalfOpen half) || now - half.since >= policy.openNanos();
  }

  /** Opens it if it is to be; why, or null if not, or if another has just done so. */
  private @Nullable String open(State from, String why, long now) {
    return !why.isEmpty() && state.compareAndSet(from, new Open(now + policy.openNanos()))
        ? why
        : null;
  }

  /** Lets all through, and counts. */
  private final class Closed implements State, Admission, Clock {
    private final Metrics window;
    private final int minimum;
    private volatile long latest;

    Closed(long now) {
      latest = now;
      if (policy.windowCalls() > 0) {
        // Locked for a few instructions. The one without a lock links all calls in a list: once one
        // of them is old, each collection of the young finds and copies all that came after it.
        window = new FixedSizeSlidingWindowMetrics(policy.windowCalls());
        minimum = Math.min(policy.minimumCalls(), policy.windowCalls());
      } else {
        window = new LockFreeSlidingTimeWindowMetrics(policy.windowSeconds(), this);
        minimum = policy.minimumCalls();
      }
    }

    @Override
    public @Nullable String told(boolean failed, long tookNanos, long now) {
      latest = now;
      boolean slow = tookNanos > policy.slowCallNanos();
      Metrics.Outcome outcome =
          failed
              ? slow ? Metrics.Outcome.SLOW_ERROR : Metrics.Outcome.ERROR
              : slow ? Metrics.Outcome.SLOW_SUCCESS : Metrics.Outcome.SUCCESS;
      Snapshot all = window.record(tookNanos, TimeUnit.NANOSECONDS, outcome);
      if (all.getTotalNumberOfCalls() < minimum) {
        return null;
      }
      String why =
          policy.exceededBy(
              all.getTotalNumberOfCalls(),
              all.getNumberOfFailedCalls(),
              all.getTotalNumberOfSlowCalls());
      return open(this, why, now);
    }

    String says() {
      Snapshot all = window.getSnapshot();
      return all.getNumberOfFailedCalls()
          + " failed and "
          + all.getTotalNumberOfSlowCalls()
          + " slow of the latest "
          + all.getTotalNumberOfCalls()
          + " calls";
    }

    @Override
    public void release() {}

    @Override
    public long wallTime() {
      return TimeUnit.NANOSECONDS.toMillis(latest);
    }

    @Override
    public long monotonicTime() {
      return latest;
    }
  }

  /** Lets a few through, and decides by what becomes of them. */
  private final class HalfOpen implements State, Admission {
    private static final int BITS = 21;
    private static final long MASK = (1L << BITS) - 1;
    private static final long FAILED = 1L << BITS;
    private static final long SLOW = 1L << (2 * BITS);

    private final AtomicInteger places = new AtomicInteger(policy.halfOpenCalls());
    // Calls, failed ones and slow ones, side by side so that they are of one moment.
    private final AtomicLong results = new AtomicLong();
    private final int enough = Math.min(policy.minimumCalls(), policy.halfOpenCalls());
    private final long since;

    HalfOpen(long now) {
      since = now;
    }

    boolean take() {
      return places.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    @Override
    public @Nullable String told(boolean failed, long tookNanos, long now) {
      boolean slow = tookNanos > policy.slowCallNanos();
      long all = results.addAndGet(1 + (failed ? FAILED : 0) + (slow ? SLOW : 0));
      int calls = (int) (all & MASK);
      if (calls < enough) {
        return null;
      }
      String why =
          policy.exceededBy(calls, (int) ((all >>> BITS) & MASK), (int) (all >>> (2 * BITS)));
      if (why.isEmpty()) {
        state.compareAndSet(this, new Closed(now));
        return null;
      }
      return open(this, why, now);
    }

    @Override
    public void release() {
      places.incrementAndGet();
    }
  }
}
