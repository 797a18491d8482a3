package io.weft.core.health;

import io.weft.core.call.Alarms;
import io.weft.core.endpoint.Endpoint;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * What checks are made with.
 *
 * @param chance from 0 to 1, by which checks are spread in time
 * @param told of every change
 */
public record Checkups(
    Alarms alarms, Prober prober, DoubleSupplier chance, Consumer<HealthChange> told) {

  /** Those of this JVM. */
  public static Checkups ofThisProcess(Consumer<HealthChange> told) {
    return new Checkups(
        Alarms.shared(), new LateProber(), () -> ThreadLocalRandom.current().nextDouble(), told);
  }

  /** Loads Netty and gRPC with the first check: this is made before main. */
  private static final class LateProber implements Prober {
    @Override
    public void ask(Endpoint endpoint, Probe probe, long timeoutNanos, Consumer<Finding> done) {
      Made.PROBER.ask(endpoint, probe, timeoutNanos, done);
    }

    private static final class Made {
      static final Prober PROBER = new NettyProber();
    }
  }
}
