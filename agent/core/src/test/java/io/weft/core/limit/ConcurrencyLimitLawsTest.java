package io.weft.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What holds in whatever order calls come, wait and go. */
class ConcurrencyLimitLawsTest {

  /** What can happen: a call comes, or one of those that are there leaves. */
  @Property(tries = 1_000)
  void noPlaceIsLostAndNoneIsGivenTwice(
      @ForAll @Size(max = 200) List<@IntRange(min = -1, max = 20) Integer> happenings,
      @ForAll @IntRange(min = 1, max = 5) int most,
      @ForAll @IntRange(min = 0, max = 5) int pending) {
    ConcurrencyLimit limit = new ConcurrencyLimit(policy(most, pending));
    List<Slot> slots = new ArrayList<>();
    List<Slot> woken = new ArrayList<>();

    for (int happening : happenings) {
      if (happening < 0 || slots.isEmpty()) {
        Slot slot = limit.enter();
        assertThat(slot == null).isEqualTo(slots.size() == most + pending);
        if (slot != null) {
          slots.add(slot);
          slot.onTurn(() -> woken.add(slot));
        }
      } else {
        Slot left = slots.remove(happening % slots.size());
        left.leave();
        left.leave();
      }
      for (int i = 0; i < slots.size(); i++) {
        assertThat(slots.get(i).isHeld()).as("in the order in which they came").isEqualTo(i < most);
        assertThat(woken.contains(slots.get(i))).isEqualTo(i < most);
      }
    }
    assertThat(woken).doesNotHaveDuplicates();
  }

  @Test
  void manyThreadsAtOnceNeverHoldMoreAndEachGetsItsTurn() {
    int most = 3;
    ConcurrencyLimit limit = new ConcurrencyLimit(policy(most, 1_000));
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger peak = new AtomicInteger();

    CompletableFuture.allOf(
            IntStream.range(0, 8)
                .mapToObj(
                    thread ->
                        CompletableFuture.runAsync(
                            () -> {
                              for (int i = 0; i < 2_000; i++) {
                                Slot slot = Objects.requireNonNull(limit.enter());
                                CompletableFuture<Void> turn = new CompletableFuture<>();
                                slot.onTurn(() -> turn.complete(null));
                                if (ThreadLocalRandom.current().nextInt(4) > 0) {
                                  turn.orTimeout(30, TimeUnit.SECONDS).join();
                                  peak.accumulateAndGet(holding.incrementAndGet(), Math::max);
                                  holding.decrementAndGet();
                                }
                                slot.leave();
                              }
                            }))
                .toArray(CompletableFuture[]::new))
        .join();

    assertThat(peak).hasValueBetween(1, most);
    for (int i = 0; i < most; i++) {
      assertThat(limit.tryEnter()).isNotNull();
    }
    assertThat(limit.tryEnter()).isNull();
  }

  private static LimitPolicy policy(int most, int pending) {
    return new LimitPolicy("ConcurrencyLimit/default/a", most, most, pending, 1_000_000);
  }
}
