package io.weft.core.call;

import static io.weft.core.MeshUnderTest.ZONE;
import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.InstanceState;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalityTest {
  private static final int CALLS = 4_000;

  private final Shop shop = new Shop();
  private FakeRequest request = FakeRequest.get("/");

  LocalityTest() {
    for (String each : new String[] {"a1", "a2", "a3", "a4"}) {
      shop.mesh.instance("stock", instance(each).setZone(ZONE));
    }
    shop.mesh
        .instance("stock", instance("b1").setZone("eu-1b"))
        .instance("stock", instance("c1").setZone("eu-1c"))
        .instance("stock", instance("u1").setZone("us-1a"))
        .instance("stock", instance("nowhere"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
  void callsStayInTheZoneWhileItsInstancesAreWell(String algorithm) {
    balance("algorithm: " + algorithm + ", locality: {}");

    assertThat(reached(200)).containsOnlyKeys("a1", "a2", "a3", "a4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RING_HASH", "MAGLEV"})
  void whatSticksSticksWithinTheZone(String algorithm) {
    balance("algorithm: " + algorithm + ", hash: [{by: header, name: user}], locality: {}");
    for (int i = 0; i < 50; i++) {
      request = FakeRequest.get("/").header("user", "u" + i);
      assertThat(reached(5)).hasSize(1).allSatisfy((uid, calls) -> assertThat(uid).startsWith("a"));
    }
  }

  @Test
  void withoutItZonesDoNotMatter() {
    balance("algorithm: ROUND_ROBIN");

    assertThat(reached(80)).hasSize(8);
  }

  @Test
  void weightsHoldWithinAZone() {
    shop.mesh.instance("stock", instance("a1").setZone(ZONE).setWeight(5));
    balance("algorithm: ROUND_ROBIN, locality: {}");

    assertThat(reached(80)).containsEntry("a1", 50).containsEntry("a2", 10);
  }

  @ParameterizedTest
  @CsvSource({"1, 140, 100", "2, 140, 70", "3, 140, 35", "4, 140, 0", "1, 100, 75", "2, 200, 100"})
  void whenInstancesOfTheZoneFailItTakesWhatItCan(int failing, int factor, int percent) {
    balance(
        "algorithm: LEAST_REQUEST, panicThreshold: 0, locality: {overprovisioningFactor: "
            + factor
            + "}");
    eject(failing);

    Map<String, Integer> reached = reached(CALLS);

    assertThat(near(reached)).isBetween(percent * CALLS / 100 - 160, percent * CALLS / 100 + 160);
    for (int i = 1; i <= failing; i++) {
      assertThat(reached).doesNotContainKey("a" + i);
    }
  }

  @Test
  void theRestGoesWhereTheDocumentSaysAndThenElsewhere() {
    balance("algorithm: ROUND_ROBIN, panicThreshold: 0, locality: {failover: [us-1a, eu-1*]}");
    eject(4);
    assertThat(reached(50)).containsOnlyKeys("u1");

    shop.mesh.without("stock", "u1");
    assertThat(reached(50)).containsOnlyKeys("b1", "c1");

    shop.mesh.without("stock", "b1").without("stock", "c1");
    assertThat(reached(50)).containsOnlyKeys("nowhere");
  }

  @Test
  void someCallsLeaveTheZoneInAnyCaseWhereTheDocumentSaysSo() {
    balance("algorithm: LEAST_REQUEST, locality: {overflowPercent: 20, failover: [eu-1b]}");

    Map<String, Integer> reached = reached(CALLS);

    assertThat(reached).containsOnlyKeys("a1", "a2", "a3", "a4", "b1");
    assertThat(reached.get("b1")).isBetween(CALLS / 5 - 120, CALLS / 5 + 120);
  }

  @Test
  void whatCannotLeaveStays() {
    for (String each : new String[] {"b1", "c1", "u1", "nowhere"}) {
      shop.mesh.without("stock", each);
    }
    balance("algorithm: RANDOM, locality: {overflowPercent: 100}");

    assertThat(reached(50)).containsOnlyKeys("a1", "a2", "a3", "a4");
  }

  @Test
  void aRetryGoesToAnotherOfTheZoneAndFartherOnlyAtTheLast() {
    balance("algorithm: ROUND_ROBIN, locality: {failover: [eu-1b]}");
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 5, on: [5xx]}}
        """);
    for (String each : new String[] {"a1", "a2", "a3", "a4"}) {
      shop.instance(each, Reply.status(503));
    }

    FakeCall call = shop.call(request);

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sentTo().split(" ")).hasSize(5).doesNotHaveDuplicates();
    assertThat(call.attempt(5).endpoint().uid()).isEqualTo("b1");
  }

  @Test
  void anInstanceThatRefusesConnectionsOrIsLostTakesNoPart() {
    shop.mesh
        .instance("stock", instance("a3").setZone(ZONE).setState(InstanceState.LOST))
        .instance("stock", instance("a4").setZone(ZONE).setState(InstanceState.LOST));
    balance("algorithm: LEAST_REQUEST, locality: {failover: [eu-1b]}");
    assertThat(reached(50)).containsOnlyKeys("a1", "a2");

    shop.instance("a1", Reply.fails(Failure.CONNECT));
    reached(10);
    shop.pass(Duration.ofMillis(1));
    Map<String, Integer> reached = reached(CALLS);

    // Half of those that count, times 1.4.
    assertThat(near(reached)).isBetween(CALLS * 7 / 10 - 160, CALLS * 7 / 10 + 160);
    assertThat(reached).containsOnlyKeys("a2", "b1");
  }

  @Test
  void inPanicAllAreUsedAndTheNearestFirst() {
    balance("algorithm: ROUND_ROBIN, panicThreshold: 90, locality: {}");
    eject(2);

    assertThat(reached(50)).containsOnlyKeys("a1", "a2", "a3", "a4");
  }

  @Test
  void theRoundGoesOnThroughPushes() {
    balance("algorithm: ROUND_ROBIN, locality: {}");
    Map<String, Integer> reached = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      reached(1).forEach((uid, calls) -> reached.merge(uid, calls, Integer::sum));
      shop.mesh.push();
    }

    assertThat(reached.values()).containsExactly(10, 10, 10, 10);
  }

  private void balance(String conf) {
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: near}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  /** Has so many of the zone left alone. */
  private void eject(int failing) {
    shop.policy(
        """
        kind: OutlierDetection
        metadata: {name: outliers}
        spec: {to: {service: stock}, conf: {consecutive5xx: 1, maxEjectionPercent: 100}}
        """);
    for (int i = 1; i <= failing; i++) {
      shop.instance("a" + i, Reply.status(500));
    }
    reached(100);
    shop.pass(Duration.ofMillis(1));
  }

  private static int near(Map<String, Integer> reached) {
    return reached.entrySet().stream()
        .filter(each -> each.getKey().startsWith("a"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private Map<String, Integer> reached(int calls) {
    Map<String, Integer> reached = new TreeMap<>();
    for (int i = 0; i < calls; i++) {
      for (String each : shop.call(request).sentTo().split(" ")) {
        reached.merge(each, 1, Integer::sum);
      }
    }
    return reached;
  }
}
