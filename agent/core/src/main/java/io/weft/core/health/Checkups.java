package io.weft.core.health;

import io.weft.core.call.Alarms;
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
        Alarms.shared(), new NettyProber(), () -> ThreadLocalRandom.current().nextDouble(), told);
  }
}
