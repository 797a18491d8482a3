package io.weft.core.call;

import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.api.v1.InstanceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadBalancerTest {

  private final Shop shop = new Shop();

  @Test
  void roundRobinTakesOneAfterTheOther() {
    shop.service("stock", "a", "b", "c");
    algorithm("ROUND_ROBIN");

    assertThat(reached(6)).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void roundRobinInterleavesByWeight() {
    weighted("a", 3).weighted("b", 1);
    algorithm("ROUND_ROBIN");

    assertThat(reached(8)).containsExactly("a", "a", "b", "a", "a", "a", "b", "a");
  }

  @Test
  void roundRobinKeepsItsPlaceThroughAPush() {
    shop.service("stock", "a", "b", "c");
    algorithm("ROUND_ROBIN");
    reached(2);

    shop.mesh.push();

    assertThat(reached(1)).containsExactly("c");
  }

  @Test
  void leastRequestPrefersTheInstanceWithFewerCallsInFlight() {
    shop.service("stock", "busy", "idle");
    shop.instance("busy", Reply.silence());
    while (reached(1).contains("idle")) {
      // Until one call hangs at the busy one.
    }

    assertThat(reached(50)).containsOnly("idle");
  }

  @Test
  void leastRequestSeesOneCallInFlightOnAHeavyInstanceAsLess() {
    weighted("heavy", 10).weighted("light", 1);
    shop.instance("heavy", Reply.silence()).instance("light", Reply.silence());

    Map<String, Long> inFlight = counted(110);

    assertThat(inFlight.get("light")).isBetween(5L, 16L);
  }

  @Test
  void leastRequestSharesOutEvenlyWhenNothingIsInFlight() {
    shop.service("stock", "a", "b", "c", "d");

    assertThat(counted(4_000).values())
        .allSatisfy(count -> assertThat(count).isCloseTo(1_000L, within(150L)));
  }

  @Test
  void leastRequestIsTheDefaultAndHeedsWeights() {
    weighted("a", 3).weighted("b", 1);

    // Two draws by weight, the less loaded wins: a tie goes to the first drawn.
    assertThat(counted(4_000).get("a")).isCloseTo(3_000L, within(150L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST"})
  void aLostInstanceIsTheLastResort(String algorithm) {
    shop.mesh
        .instance("stock", instance("lost").setState(InstanceState.LOST))
        .instance("stock", instance("ready"));
    algorithm(algorithm);
    assertThat(reached(50)).containsOnly("ready");

    shop.mesh.without("stock", "ready");
    assertThat(reached(3)).containsOnly("lost");
  }

  @ParameterizedTest
  @EnumSource(names = {"DRAINING", "STARTING"})
  void anInstanceThatIsNotReadyGetsNothing(InstanceState state) {
    shop.mesh.instance("stock", instance("not").setState(state));
    assertThat(shop.get("/").status()).isEqualTo(503);

    shop.mesh.instance("stock", instance("ready"));
    assertThat(reached(20)).containsOnly("ready");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST"})
  void aCallThatFailsToConnectGoesToALostInstanceBeforeItGivesUp(String algorithm) {
    shop.mesh
        .instance("stock", instance("lost").setState(InstanceState.LOST))
        .instance("stock", instance("gone"));
    algorithm(algorithm);
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 3, on: [connect-failure]}}
        """);
    shop.instance("gone", Reply.fails(Failure.CONNECT));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sentTo()).endsWith("lost");
  }

  @Test
  void whatIsInFlightOutlivesAPushAndIsGivenBack() {
    shop.service("stock", "a");
    shop.instance("a", Reply.status(200).after(Duration.ofSeconds(1)));

    FakeCall call = shop.get("/");
    shop.mesh.push();
    var load = call.attempt(1).endpoint().load();
    assertThat(load.inFlight()).isEqualTo(1);
    assertThat(shop.get("/").attempt(1).endpoint().load()).isSameAs(load);
    shop.pass(Duration.ofSeconds(1));

    assertThat(load.inFlight()).isZero();
  }

  @Test
  void aFailureMarkOutlivesAPush() {
    shop.service("stock", "a", "b");
    shop.instance("a", Reply.fails(Failure.CONNECT));
    reached(20);

    shop.mesh.push();

    assertThat(reached(20)).containsOnly("b");
  }

  @Test
  void anInstanceChosenByItsAddressIsKept() {
    shop.mesh
        .instance("stock", instance("one").setAddress("10.0.0.1"))
        .instance("stock", instance("two").setAddress("10.0.0.2"));

    for (int i = 0; i < 20; i++) {
      assertThat(shop.call(FakeRequest.get("/").to("10.0.0.2:8080")).sentTo()).isEqualTo("two");
    }
  }

  private LoadBalancerTest weighted(String uid, int weight) {
    shop.mesh.instance("stock", instance(uid).setWeight(weight));
    return this;
  }

  private void algorithm(String name) {
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: choice}
        spec: {to: {service: stock}, conf: {algorithm: %s}}
        """
            .formatted(name));
  }

  private List<String> reached(int calls) {
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      String to = shop.get("/").sentTo();
      reached.add(to.substring(to.lastIndexOf(' ') + 1));
    }
    return reached;
  }

  private Map<String, Long> counted(int calls) {
    return reached(calls).stream()
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
  }
}
