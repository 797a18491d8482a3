package io.weft.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shares and disruption, held against what is published of the algorithms. */
class ChoiceTest {
  private static final int REQUESTS = 200_000;

  private final RandomGenerator chance = new SplittableRandom(7);

  @Test
  void maglevSharesOutAlmostEvenly() {
    Map<String, Integer> shares = shares(Algorithm.MAGLEV, endpoints(100, i -> 1));

    // Its table differs by one slot at most; the rest is the requests' own chance.
    assertThat(shares.values()).hasSize(100).allMatch(share -> share > 1_700 && share < 2_300);
  }

  @Test
  void theRingSharesOutAsEvenlyAsItsPointsAllow() {
    Map<String, Integer> shares = shares(Algorithm.RING_HASH, endpoints(100, i -> 1));

    // Four standard deviations of 256 points.
    assertThat(shares.values()).hasSize(100).allMatch(share -> share > 1_500 && share < 2_500);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void sharesFollowTheWeights(Algorithm algorithm) {
    List<Endpoint> endpoints = endpoints(10, i -> i == 0 ? 30 : 10);

    // 30 of 120.
    assertThat(shares(algorithm, endpoints).get("e0")).isBetween(42_000, 58_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void whenOneOfAHundredGoesHardlyMoreThanItsShareMoves(Algorithm algorithm) {
    List<Endpoint> all = endpoints(100, i -> 1);
    List<Endpoint> fewer = new ArrayList<>(all);
    Endpoint gone = fewer.remove(37);
    Cluster before = cluster(algorithm, all);
    Cluster after = cluster(algorithm, fewer);
    int needlessly = 0;
    for (int i = 0; i < REQUESTS; i++) {
      long hash = chance.nextLong();
      Endpoint was = choose(before, hash);
      if (!was.equals(gone) && !was.equals(choose(after, hash))) {
        needlessly++;
      }
    }

    assertThat(needlessly).isLessThan(REQUESTS * 3 / 100);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void allCallersFindTheSameInWhateverOrderTheyWereTold(Algorithm algorithm) {
    List<Endpoint> endpoints = endpoints(20, i -> 1 + i % 3);
    List<Endpoint> shuffled = new ArrayList<>(endpoints);
    java.util.Collections.shuffle(shuffled, new java.util.Random(3));
    Cluster one = cluster(algorithm, endpoints);
    Cluster other = cluster(algorithm, shuffled);

    for (int i = 0; i < 10_000; i++) {
      long hash = chance.nextLong();
      assertThat(choose(one, hash)).isEqualTo(choose(other, hash));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void whatOneLeavesWhileItRefusesIsSharedOutOverManyOthers(Algorithm algorithm) {
    List<Endpoint> endpoints = endpoints(20, i -> 1);
    Cluster cluster = cluster(algorithm, endpoints);
    endpoints.get(5).load().connectFailed(0);
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < 100_000; i++) {
      shares.merge(choose(cluster, chance.nextLong()).uid(), 1, Integer::sum);
    }

    assertThat(shares).hasSize(19).doesNotContainKey("e5");
    assertThat(shares.values()).allMatch(share -> share < 7_500);
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void theOnlyOneLeftIsFound(Algorithm algorithm) {
    List<Endpoint> endpoints = endpoints(200, i -> 1);
    Cluster cluster = cluster(algorithm, endpoints);
    endpoints.stream().skip(1).forEach(each -> each.load().connectFailed(0));

    for (int i = 0; i < 1_000; i++) {
      assertThat(choose(cluster, chance.nextLong()).uid()).isEqualTo("e0");
    }
  }

  @Test
  void ofTwoChoicesTheFullestIsHardlyFullerThanTheRest() {
    List<Endpoint> endpoints = endpoints(100, i -> 1);
    Cluster cluster = cluster(Algorithm.LEAST_REQUEST, endpoints);
    for (int i = 0; i < 10_000; i++) {
      choose(cluster, 0).load().begin();
    }

    // ln ln 100 / ln 2 + O(1) above the mean; one choice would be about 30 above it.
    assertThat(endpoints).allMatch(each -> each.load().inFlight() <= 105);
  }

  private Map<String, Integer> shares(Algorithm algorithm, List<Endpoint> endpoints) {
    Cluster cluster = cluster(algorithm, endpoints);
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      shares.merge(choose(cluster, StableHash.of("user " + i)).uid(), 1, Integer::sum);
    }
    return shares;
  }

  private Endpoint choose(Cluster cluster, long hash) {
    Endpoint chosen = cluster.choose(Tried.NOTHING, hash, 1, chance);
    return Objects.requireNonNull(chosen);
  }

  private static Cluster cluster(Algorithm algorithm, List<Endpoint> endpoints) {
    Cluster cluster =
        new Cluster(
            "default/stock",
            new Balancing(algorithm, 0, 0, 0, null, null, null),
            new Outliers(),
            new HealthChecks("default/stock", Checkups.ofThisProcess(change -> {}), () -> 1));
    cluster.members(endpoints);
    return cluster;
  }

  private static List<Endpoint> endpoints(int count, ToIntFunction<Integer> weight) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      endpoints.add(
          new Endpoint(
              "e" + i,
              "10.0.0." + i,
              8080,
              EndpointTls.NONE,
              "",
              Map.of(),
              "",
              weight.applyAsInt(i),
              false,
              new EndpointLoad(),
              EndpointHealth.UNWATCHED));
    }
    return endpoints;
  }
}
