package io.weft.core.lifecycle;

import io.weft.core.link.ControlLink;
import io.weft.core.log.Log;
import io.weft.core.registry.InFlight;
import io.weft.core.registry.InstanceRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process stops: callers are sent elsewhere before the application begins to close, and control
 * is told once it has.
 *
 * <p>Runs on the JVM's shutdown thread around the application's own hooks, bounded by the drain
 * setting. Never throws.
 */
final class Shutdown {

  private static final Duration TELEMETRY_WAIT = Duration.ofSeconds(2);
  private static final Duration GOODBYE_WAIT = Duration.ofSeconds(1);

  private final ControlLink link;
  private final InstanceRecord instance;
  private final Quiet quiet;
  private final Duration drain;
  private final Telemetry telemetry;

  Shutdown(
      ControlLink link,
      InstanceRecord instance,
      InFlight inFlight,
      Duration drain,
      Telemetry telemetry) {
    this.link = link;
    this.instance = instance;
    this.quiet = new Quiet(inFlight);
    this.drain = drain;
    this.telemetry = telemetry;
  }

  /**
   * Before the application's hooks: nobody is sent here any more, and those being served are done.
   */
  void beforeApplication() {
    long start = System.nanoTime();
    boolean serves = instance.serves();
    boolean drained = await(link.drain(), drain);
    if (!drained) {
      Log.warn(
          "control did not confirm within " + drain.toMillis() + " ms that calls go elsewhere");
    }
    if (serves) {
      long left = Math.max(0, drain.toNanos() - (System.nanoTime() - start));
      long cut = quiet.await(Duration.ofNanos(left));
      if (cut > 0) {
        Log.warn(cut + " requests were still being served after the drain wait of " + drain);
      }
    }
  }

  /** After the application's hooks: what is recorded goes out, and the instance is removed. */
  void afterApplication() {
    telemetry.flush(TELEMETRY_WAIT);
    await(link.close(), GOODBYE_WAIT);
  }

  private static boolean await(CompletableFuture<Void> future, Duration atMost) {
    try {
      future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
