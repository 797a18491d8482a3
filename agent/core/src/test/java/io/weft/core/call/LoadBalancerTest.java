package io.weft.core.call;

import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.api.v1.InstanceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  @Test
  void randomHeedsWeights() {
    weighted("a", 3).weighted("b", 1);
    algorithm("RANDOM");

    assertThat(counted(4_000).get("a")).isCloseTo(3_000L, within(150L));
  }

  @Test
  void peakEwmaPrefersTheInstanceThatAnswersSooner() {
    shop.service("stock", "slow", "quick");
    algorithm("PEAK_EWMA");
    shop.instance("slow", Reply.status(200).after(Duration.ofMillis(100)))
        .instance("quick", Reply.status(200).after(Duration.ofMillis(10)));
    answered(20);

    assertThat(answered(50)).containsOnly("quick");
  }

  @Test
  void peakEwmaTriesAnInstanceAgainThatWasSlowAWhileAgo() {
    shop.service("stock", "slow", "quick");
    algorithm("PEAK_EWMA");
    shop.instance("slow", Reply.status(200).after(Duration.ofSeconds(1)))
        .instance("quick", Reply.status(200).after(Duration.ofMillis(10)));
    answered(20);
    shop.instance("slow", Reply.status(200).after(Duration.ofMillis(10)));

    boolean again = false;
    for (int i = 0; i < 1_000 && !again; i++) {
      shop.pass(Duration.ofMillis(100));
      again = answered(1).contains("slow");
    }

    assertThat(again).isTrue();
  }

  @Test
  void peakEwmaIsNotDrawnToAnInstanceThatFailsAtOnce() {
    shop.service("stock", "broken", "well");
    algorithm("PEAK_EWMA");
    shop.instance("broken", Reply.fails(Failure.RESET))
        .instance("well", Reply.status(200).after(Duration.ofMillis(50)));
    answered(20);

    assertThat(answered(50)).containsOnly("well");
  }

  @Test
  void peakEwmaFindsOutHowSoonANewInstanceAnswersByOneCall() {
    shop.service("stock", "old");
    algorithm("PEAK_EWMA");
    shop.instance("old", Reply.status(200).after(Duration.ofMillis(10)));
    answered(5);
    shop.service("stock", "new");
    shop.instance("new", Reply.silence());

    assertThat(counted(50).getOrDefault("new", 0L)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RING_HASH", "MAGLEV"})
  void theSameHeaderGoesToTheSameInstanceAndOthersToOthers(String algorithm) {
    shop.service("stock", "a", "b", "c", "d");
    hash(algorithm, "[{by: header, name: X-User}]");

    Set<String> all = new HashSet<>();
    for (int user = 0; user < 50; user++) {
      String name = "user-" + user;
      Set<String> reached = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        reached.add(to(FakeRequest.get("/").header("x-user", name)));
      }
      assertThat(reached).hasSize(1);
      all.addAll(reached);
    }
    assertThat(all).containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void requestsStickByTheirCookie() {
    shop.service("stock", "a", "b", "c", "d");
    hash("MAGLEV", "[{by: cookie, name: session}]");
    Set<String> all = new HashSet<>();

    for (int i = 0; i < 50; i++) {
      String cookies = "session=" + i;
      String first = to(FakeRequest.get("/").header("cookie", cookies));
      assertThat(to(FakeRequest.get("/").header("cookie", "other=1; " + cookies))).isEqualTo(first);
      assertThat(to(FakeRequest.get("/").header("cookie", cookies + "; xsession=" + (i + 1))))
          .isEqualTo(first);
      all.add(first);
    }
    assertThat(all).hasSize(4);
  }

  @Test
  void requestsStickByTheirPathWhateverTheyAskOfIt() {
    shop.service("stock", "a", "b", "c", "d");
    hash("RING_HASH", "[{by: path}]");
    Set<String> all = new HashSet<>();

    for (int i = 0; i < 50; i++) {
      String first = to(FakeRequest.get("/" + i));
      assertThat(to(FakeRequest.get("/" + i + "?a=b"))).isEqualTo(first);
      all.add(first);
    }
    assertThat(all).hasSize(4);
  }

  @Test
  void allCallsOfAProcessStickWhereItIsTheSource() {
    shop.service("stock", "a", "b", "c", "d");
    hash("MAGLEV", "[{by: source}]");

    assertThat(counted(50)).hasSize(1);
  }

  @Test
  void theFirstKeyThatARequestHasDecidesAndOneWithoutAnyGoesAnywhere() {
    shop.service("stock", "a", "b", "c", "d");
    hash("MAGLEV", "[{by: header, name: user}, {by: header, name: team}]");

    String byTeam = to(FakeRequest.get("/").header("team", "red"));
    for (int i = 0; i < 20; i++) {
      assertThat(to(FakeRequest.get("/").header("team", "red"))).isEqualTo(byTeam);
      assertThat(to(FakeRequest.get("/").header("user", "u").header("team", "t" + i)))
          .isEqualTo(to(FakeRequest.get("/").header("user", "u")));
    }
    assertThat(counted(200)).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RING_HASH", "MAGLEV"})
  void whatSticksToAnInstanceThatRefusesGoesToOneOther(String algorithm) {
    shop.service("stock", "a", "b", "c", "d");
    hash(algorithm, "[{by: header, name: user}]");
    String first = to(FakeRequest.get("/").header("user", "u"));
    shop.instance(first, Reply.fails(Failure.CONNECT));
    shop.call(FakeRequest.get("/").header("user", "u"));

    Set<String> then = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      then.add(to(FakeRequest.get("/").header("user", "u")));
    }
    assertThat(then).hasSize(1).doesNotContain(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
  void anInstanceThatIsNewGetsLittleAtFirstAndItsShareInTheEnd(String algorithm) {
    shop.service("stock", "a", "b", "c");
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: choice}
        spec:
          to: {service: stock}
          conf: {algorithm: %s, slowStart: {window: 10s, minimumPercent: 5}}
        """
            .formatted(algorithm));
    counted(10);
    shop.pass(Duration.ofSeconds(11));
    shop.service("stock", "new");
    for (String each : List.of("a", "b", "c", "new")) {
      shop.instance(each, Reply.status(200));
    }

    assertThat(counted(2_000).getOrDefault("new", 0L)).isBetween(1L, 250L);
    shop.pass(Duration.ofSeconds(5));
    long half = counted(2_000).getOrDefault("new", 0L);
    shop.pass(Duration.ofSeconds(5));
    assertThat(counted(2_000).get("new")).isCloseTo(500L, within(80L)).isGreaterThan(half);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
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
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
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

  private void hash(String algorithm, String keys) {
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: choice}
        spec: {to: {service: stock}, conf: {algorithm: %s, hash: %s}}
        """
            .formatted(algorithm, keys));
  }

  private String to(FakeRequest request) {
    String sent = shop.call(request).sentTo();
    return sent.substring(sent.lastIndexOf(' ') + 1);
  }

  /** One after the other, each waited for. */
  private List<String> answered(int calls) {
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      reached.addAll(reached(1));
      shop.pass(Duration.ofMillis(100));
    }
    return reached;
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
