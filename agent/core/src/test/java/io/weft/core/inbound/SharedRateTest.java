package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.RateDemand;
import io.weft.control.compile.ServiceId;
import io.weft.control.share.Demand;
import io.weft.control.share.Limit;
import io.weft.control.share.Shares;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * A limit that instances share, as control shares it out and as they keep it, in a time that goes
 * by at once.
 */
class SharedRateTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = SECOND / 500;
  private static final ServiceId SERVICE = new ServiceId("default", "stock");

  /** Instances of a service, and the replicas of control that they are connected to in turn. */
  private static final class Mesh {
    private final SplittableRandom random = new SplittableRandom(1);
    private final Limit limit;
    private final List<Shares> replicas = new ArrayList<>();
    private final List<RequestRate> instances = new ArrayList<>();
    private long now;
    private long admitted;
    private long asked;
    private boolean controlIsAway;
    private int gone = -1;

    Mesh(long perSecond, long burst, int instances, int replicas) {
      limit = new Limit(perSecond, burst, false);
      for (int i = 0; i < replicas; i++) {
        this.replicas.add(new Shares(() -> now));
      }
      for (int i = 0; i < instances; i++) {
        RequestRate rate = new RequestRate(perSecond, SECOND, burst, true, 0);
        rate.share(replica(i).first(SERVICE, instances), 0);
        this.instances.add(rate);
      }
    }

    private Shares replica(int instance) {
      return replicas.get(instance % replicas.size());
    }

    /** What goes through while so many requests come to each instance in a second, by chance. */
    long through(int seconds, IntToDoubleFunction demand) {
      long before = admitted;
      for (long end = now + seconds * SECOND; now < end; now += STEP) {
        for (int i = 0; i < instances.size(); i++) {
          if (i == gone) {
            continue;
          }
          double inStep = demand.applyAsDouble(i) * STEP / SECOND;
          while (random.nextDouble() < inStep) {
            asked++;
            admitted += instances.get(i).take("", now) == 0 ? 1 : 0;
            inStep--;
          }
          // Each reports once a second, and no two at the same time.
          if (now % SECOND == i * SECOND / instances.size() / STEP * STEP) {
            report(i);
          }
        }
        if (now % SECOND == SECOND / 2) {
          exchange();
        }
      }
      return admitted - before;
    }

    private void exchange() {
      for (int i = 0; i < replicas.size(); i++) {
        for (Shares each : replicas) {
          if (each != replicas.get(i)) {
            each.others("replica " + i, replicas.get(i).sums());
          }
        }
      }
    }

    void gone(int instance) {
      gone = instance;
      replica(instance).gone(SERVICE, "instance " + instance);
    }

    private void report(int i) {
      if (controlIsAway) {
        return;
      }
      RateDemand demand = instances.get(i).demand();
      double part =
          replica(i)
              .demand(
                  SERVICE,
                  "instance " + i,
                  limit,
                  new Demand(demand.getOffered(), demand.getAdmitted(), 1),
                  instances.size() - (gone < 0 ? 0 : 1));
      instances.get(i).share(part, now);
    }
  }

  @Test
  void they_let_the_limit_through_however_demand_lies_on_them() {
    for (int replicas : List.of(1, 3)) {
      Mesh mesh = new Mesh(100, 100, 10, replicas);
      mesh.through(10, i -> 20);

      assertThat(mesh.through(60, i -> 20)).as("alike").isBetween(5_700L, 6_300L);
      assertThat(mesh.through(60, i -> i * 5)).as("on a slope").isBetween(5_700L, 6_300L);
      assertThat(mesh.through(60, i -> i < 5 ? 60 : 1)).as("half").isBetween(5_700L, 6_300L);
      assertThat(mesh.through(60, i -> i < 5 ? 1 : 60)).as("the other").isBetween(5_700L, 6_300L);
      assertThat(mesh.through(60, i -> i == 3 ? 300 : 0)).as("one").isBetween(5_700L, 6_300L);
      assertThat(mesh.through(60, i -> i == 4 ? 300 : 0)).as("another").isBetween(5_700L, 6_300L);
    }
  }

  @Test
  void they_let_the_limit_through_while_every_ten_seconds_another_is_asked_most() {
    for (int replicas : List.of(1, 3)) {
      Mesh mesh = new Mesh(100, 100, 10, replicas);
      mesh.through(10, i -> 20);

      long through = 0;
      for (int turn = 0; turn < 6; turn++) {
        int busy = turn * 7 % 10;
        through += mesh.through(10, i -> i == busy ? 100 : 10);
      }

      assertThat(through).isBetween(5_700L, 6_300L);
    }
  }

  @Test
  void nobody_is_denied_to_speak_of_while_less_is_asked_than_the_limit() {
    Mesh mesh = new Mesh(100, 100, 10, 1);
    mesh.through(10, i -> 5);

    long before = mesh.asked;
    assertThat(mesh.through(60, i -> 5)).isGreaterThan((mesh.asked - before) * 99 / 100);
  }

  @Test
  void an_instance_that_goes_leaves_its_part_to_the_others() {
    Mesh mesh = new Mesh(100, 100, 10, 1);
    mesh.through(10, i -> i == 0 ? 200 : 10);
    mesh.gone(0);
    mesh.through(5, i -> 20);

    assertThat(mesh.through(60, i -> 20)).isBetween(5_700L, 6_300L);
  }

  @Test
  void while_control_is_away_each_goes_on_with_its_last_part() {
    Mesh mesh = new Mesh(100, 100, 10, 1);
    mesh.through(10, i -> i < 5 ? 30 : 10);
    mesh.controlIsAway = true;

    assertThat(mesh.through(60, i -> i < 5 ? 30 : 10)).isBetween(5_700L, 6_300L);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void however_demand_moves_it_is_never_more_than_the_limit_and_seldom_less(
      @ForAll @Size(6) List<@Size(10) List<@IntRange(max = 60) Integer>> turns,
      @ForAll @IntRange(min = 1, max = 3) int replicas) {
    int limit = 60;
    Mesh mesh = new Mesh(limit, limit, 10, replicas);
    long through = 0;
    long atLeast = 0;
    for (List<Integer> turn : turns) {
      through += mesh.through(10, turn::get);
      int asked = turn.stream().mapToInt(each -> each).sum();
      atLeast += 10L * Math.min(limit, asked);
    }

    // One burst, and one request that each instance may always let through.
    assertThat(through).isLessThanOrEqualTo(limit * 60 * 105 / 100 + limit + 10);
    assertThat(through).isGreaterThan(atLeast * 85 / 100);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatever_part_it_has_had_an_instance_lets_no_more_through_than_that(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 1_000) Integer> permille,
      @ForAll @IntRange(min = 1, max = 50) int burst) {
    double first = permille.get(0) / 1e3;
    RequestRate rate = new RequestRate(100, SECOND, burst, true, 0);
    rate.share(first, 0);
    double allowed = Math.max(1, burst * first);
    long through = 0;
    long now = 0;
    for (int each : permille) {
      double part = each / 1e3;
      rate.share(part, now);
      for (long end = now + SECOND; now < end; now += SECOND / 250) {
        through += rate.take("", now) == 0 ? 1 : 0;
      }
      allowed += 100 * part;
    }

    assertThat(through).isLessThanOrEqualTo((long) Math.ceil(allowed));
  }
}
