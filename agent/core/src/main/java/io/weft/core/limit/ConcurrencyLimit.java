package io.weft.core.limit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The places of calls to one service, and the queue for them, in the order in which they came.
 * Survives pushes. Thread-safe; takes no lock and blocks nobody: who waits is told when it is its
 * turn.
 */
public final class ConcurrencyLimit {
  private final LimitPolicy policy;
  private final Gradient gradient;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private final Queue<Slot> queue = new ConcurrentLinkedQueue<>();

  public ConcurrencyLimit(LimitPolicy policy) {
    this.policy = policy;
    this.gradient = new Gradient(policy.least(), policy.most());
  }

  /** What it would say to a call now, which does not come. */
  public Look look() {
    int most = most();
    int flying = inFlight.get();
    int waiting = pending.get();
    boolean waits = flying >= most || waiting > 0;
    return new Look(
        waits && waiting >= policy.maxPending(),
        flying + " of " + most + " in flight" + (waiting > 0 ? ", " + waiting + " waiting" : ""));
  }

  /**
   * How it stands.
   *
   * @param refuses whether a call would be refused
   * @param says in words
   */
  public record Look(boolean refuses, String says) {}

  /** For how long a call may wait. */
  public long maxWaitNanos() {
    return policy.maxWaitNanos();
  }

  /** A place at once; null if there is none. */
  public @Nullable Slot tryEnter() {
    return pending.get() == 0 && take() ? Slot.held(this) : null;
  }

  /** A place at once, or one in the queue; null if that is full, too. */
  public @Nullable Slot enter() {
    Slot held = tryEnter();
    if (held != null) {
      return held;
    }
    if (pending.incrementAndGet() > policy.maxPending()) {
      pending.decrementAndGet();
      return null;
    }
    Slot waiting = Slot.waiting(this);
    queue.add(waiting);
    // A place may have become free before it stood there.
    serve();
    return waiting;
  }

  /** A call was answered after so long. */
  public void answered(long tookNanos) {
    if (policy.isAdaptive()) {
      gradient.answered(tookNanos, inFlight.get());
      serve();
    }
  }

  /** A call was not answered. */
  public void unanswered() {
    if (policy.isAdaptive()) {
      gradient.unanswered();
    }
  }

  void free() {
    inFlight.decrementAndGet();
    serve();
  }

  void gone(Slot waiting) {
    if (queue.remove(waiting)) {
      pending.decrementAndGet();
    }
  }

  private void serve() {
    while (!queue.isEmpty() && take()) {
      Slot next = queue.poll();
      if (next != null) {
        pending.decrementAndGet();
      }
      if (next == null || !next.hand()) {
        // Looked at once more, as somebody may have come who found no place.
        inFlight.decrementAndGet();
      }
    }
  }

  private int most() {
    return policy.isAdaptive() ? gradient.limit() : policy.most();
  }

  private boolean take() {
    int most = most();
    while (true) {
      int current = inFlight.get();
      if (current >= most) {
        return false;
      }
      if (inFlight.compareAndSet(current, current + 1)) {
        return true;
      }
    }
  }
}
