package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedAlarmsTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
  private final Alarms alarms = new SharedAlarms(executor);

  @AfterEach
  void end() {
    executor.shutdownNow();
  }

  @Test
  void an_alarm_far_off_is_not_what_its_thread_is_woken_for() {
    Alarms.Alarm first = alarms.at(System.nanoTime() + MINUTE, () -> {});
    first.cancel();

    alarms.at(System.nanoTime() + MINUTE, () -> {});

    // The thread is woken for whatever comes to stand first in its queue.
    assertThat(executor.getQueue().peek())
        .isInstanceOfSatisfying(
            Delayed.class,
            soonest -> assertThat(soonest.getDelay(TimeUnit.SECONDS)).isLessThan(10));
  }

  @Test
  void an_alarm_rings_though_it_is_sooner_than_the_next_beat() throws Exception {
    CountDownLatch rung = new CountDownLatch(1);
    alarms.at(System.nanoTime() + MINUTE, () -> {});

    alarms.at(System.nanoTime(), rung::countDown);

    assertThat(rung.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void without_alarms_its_thread_sleeps() throws Exception {
    alarms.at(System.nanoTime() + MINUTE, () -> {}).cancel();

    for (long end = System.nanoTime() + MINUTE; System.nanoTime() < end; ) {
      if (executor.getQueue().isEmpty() && executor.getActiveCount() == 0) {
        return;
      }
      // A beat takes a turn, and so does this.
      executor.submit(() -> {}).get();
    }
    assertThat(executor.getQueue()).isEmpty();
  }
}
