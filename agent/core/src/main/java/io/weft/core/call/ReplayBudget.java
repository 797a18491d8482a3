package io.weft.core.call;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory in which requests are kept so that they can be sent again: so much for each call, and
 * a budget for all calls of the JVM. A body that does not fit is sent once. Thread-safe.
 */
public final class ReplayBudget {
  /** The most that one call may keep. */
  public static final int CALL_BYTES = 64 * 1024;

  private static final int SHARE_OF_HEAP = 64;
  private static final ReplayBudget OF_THIS_PROCESS =
      new ReplayBudget(Math.max(CALL_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));

  private final AtomicLong left;

  ReplayBudget(long bytes) {
    this.left = new AtomicLong(bytes);
  }

  /** That of this JVM. */
  public static ReplayBudget ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** One call's share, of which nothing is taken yet. */
  public Share share() {
    return new Share();
  }

  /** What one call keeps. Thread-safe. */
  public final class Share {
    private static final int RELEASED = -1;

    private final AtomicInteger taken = new AtomicInteger();

    private Share() {}

    /**
     * Takes so many bytes more.
     *
     * @return whether they may be kept; if not, the call had better release what it has and send
     *     its body once
     */
    public boolean take(int bytes) {
      int before = taken.get();
      if (before == RELEASED || bytes > CALL_BYTES - before || !claim(bytes)) {
        return false;
      }
      if (taken.compareAndSet(before, before + bytes)) {
        return true;
      }
      // Released meanwhile.
      left.addAndGet(bytes);
      return false;
    }

    /** Gives all back, for good; once is enough, more does no harm. */
    public void release() {
      int all = taken.getAndSet(RELEASED);
      if (all > 0) {
        left.addAndGet(all);
      }
    }

    private boolean claim(int bytes) {
      if (left.addAndGet(-bytes) >= 0) {
        return true;
      }
      left.addAndGet(bytes);
      return false;
    }
  }
}
