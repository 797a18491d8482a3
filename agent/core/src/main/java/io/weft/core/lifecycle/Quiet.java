package io.weft.core.lifecycle;

import io.weft.core.registry.InFlight;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Waits until no request is being served any more. */
final class Quiet {

  /**
   * How long nothing must be in flight: a request sent before its caller heard of the draining may
   * still be on its way when the last one ends. On a busy machine a caller's thread, or the
   * server's, may well stand still for longer than a tenth of a second.
   */
  static final Duration LASTING = Duration.ofMillis(250);

  private static final long STEP_NANOS = Duration.ofMillis(5).toNanos();

  private final InFlight inFlight;
  private final LongSupplier nanoTime;
  private final LongConsumer parkNanos;

  Quiet(InFlight inFlight) {
    this(inFlight, System::nanoTime, LockSupport::parkNanos);
  }

  Quiet(InFlight inFlight, LongSupplier nanoTime, LongConsumer parkNanos) {
    this.inFlight = inFlight;
    this.nanoTime = nanoTime;
    this.parkNanos = parkNanos;
  }

  /**
   * Waits on the calling thread.
   *
   * @return requests still in flight when the time was up; zero if it became quiet
   */
  long await(Duration atMost) {
    long start = nanoTime.getAsLong();
    long quietSince = start;
    while (true) {
      long now = nanoTime.getAsLong();
      long count = inFlight.count();
      if (count > 0) {
        quietSince = now;
      }
      boolean quiet = now - quietSince >= LASTING.toNanos();
      if (quiet || now - start >= atMost.toNanos() || Thread.currentThread().isInterrupted()) {
        return count;
      }
      parkNanos.accept(STEP_NANOS);
    }
  }
}
