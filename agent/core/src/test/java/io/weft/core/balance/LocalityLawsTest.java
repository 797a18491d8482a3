package io.weft.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.health.Checkups;
import io.weft.core.health.HealthChecks;
import io.weft.core.outlier.Outliers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds wherever endpoints are, and however many of them are well. */
class LocalityLawsTest {
  private static final int CALLS = 5_000;

  /** Of a zone: how many endpoints it has, and how many of them are well. */
  record Zone(int all, int well) {
    static Zone of(int seed) {
      int all = 1 + seed % 7;
      return new Zone(all, (seed / 7) % (all + 1));
    }

    double capacity(double factor) {
      return Math.min(1, factor * well / all);
    }
  }

  @Property(tries = 150)
  void eachZoneTakesWhatItCanOfWhatNearerOnesLeave(
      @ForAll @Size(min = 2, max = 4) List<@IntRange(max = 10_000) Integer> seeds,
      @ForAll @IntRange(min = 100, max = 200) int factorPercent,
      @ForAll @IntRange(max = 100) int overflowPercent,
      @ForAll long seed) {
    List<Zone> zones = seeds.stream().map(Zone::of).toList();
    double factor = factorPercent / 100.0;
    double overflow = overflowPercent / 100.0;
    Cluster cluster = cluster(zones, factor, overflow);
    RandomGenerator chance = new SplittableRandom(seed);

    int[] reached = new int[zones.size()];
    for (int i = 0; i < CALLS; i++) {
      Endpoint chosen = Objects.requireNonNull(cluster.choose(Tried.NOTHING, i, 0, chance));
      reached[Integer.parseInt(chosen.zone().substring(1))]++;
      if (zones.stream().anyMatch(zone -> zone.well() > 0)) {
        assertThat(chosen.load().avoided(0)).isFalse();
      }
    }

    double[] expected = expected(zones, factor, overflow);
    for (int i = 0; i < reached.length && total(expected) > 0; i++) {
      // Four standard deviations at most.
      assertThat((double) reached[i] / CALLS).isCloseTo(expected[i], within(0.03));
    }
  }

  private static double[] expected(List<Zone> zones, double factor, double overflow) {
    double[] capacities = new double[zones.size()];
    for (int i = 0; i < capacities.length; i++) {
      capacities[i] = zones.get(i).capacity(factor) * (i == 0 ? 1 - overflow : 1);
    }
    double all = Math.min(1, total(capacities));
    double left = all;
    for (int i = 0; i < capacities.length; i++) {
      capacities[i] = Math.min(left, capacities[i]);
      left -= capacities[i];
      capacities[i] = all == 0 ? 0 : capacities[i] / all;
    }
    return capacities;
  }

  private static double total(double[] parts) {
    double total = 0;
    for (double part : parts) {
      total += part;
    }
    return total;
  }

  private static Cluster cluster(List<Zone> zones, double factor, double overflow) {
    List<Endpoint> endpoints = new ArrayList<>();
    List<String> failover = new ArrayList<>();
    for (int zone = 0; zone < zones.size(); zone++) {
      for (int i = 0; i < zones.get(zone).all(); i++) {
        Endpoint endpoint = endpoint("e" + zone + i, "z" + zone);
        if (i >= zones.get(zone).well()) {
          endpoint.load().connectFailed(0);
        }
        endpoints.add(endpoint);
      }
      failover.add("z" + zone);
    }
    Locality locality = new Locality("z0", failover, factor, overflow);
    Cluster cluster =
        new Cluster(
            "default/stock",
            new Balancing(Algorithm.LEAST_REQUEST, 0, 0, 0, locality, null, null),
            new Outliers(),
            new HealthChecks("default/stock", Checkups.ofThisProcess(change -> {}), () -> 1));
    cluster.members(endpoints);
    return cluster;
  }

  private static Endpoint endpoint(String uid, String zone) {
    return new Endpoint(
        uid,
        uid,
        80,
        EndpointTls.NONE,
        "",
        Map.of(),
        zone,
        1,
        false,
        new EndpointLoad(),
        EndpointHealth.UNWATCHED);
  }
}
