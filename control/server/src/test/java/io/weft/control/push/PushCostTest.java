package io.weft.control.push;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.StreamObserver;
import io.weft.api.v1.Ack;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Goodbye;
import io.weft.api.v1.Hello;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.Update;
import io.weft.control.accept.Accepted;
import io.weft.control.compile.Compiler;
import io.weft.control.compile.ServiceId;
import io.weft.control.edge.Denials;
import io.weft.control.edge.Edges;
import io.weft.control.identity.CaOptions;
import io.weft.control.identity.Revoked;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.join.Joined;
import io.weft.control.join.TestClock;
import io.weft.control.keys.KeySets;
import io.weft.control.loop.Loop;
import io.weft.control.registry.Registry;
import io.weft.control.share.Shares;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change costs, counted in messages and bytes. */
class PushCostTest {
  private static final int CALLERS = 3;

  @TempDir Path data;
  private final TestClock clock = new TestClock();
  private final Loop loop = new Loop();
  private final Fleet fleet =
      new Fleet(
          loop,
          clock,
          "replica",
          () -> List.of("here"),
          new Edges(System::nanoTime),
          new Denials(clock),
          new Shares(System::nanoTime));
  private final List<Caller> callers = new ArrayList<>();
  private ConfigStore store;
  private @Nullable Caller changing;
  private int weight = 1;

  @BeforeEach
  void open() throws Exception {
    store = Stores.open("embedded:" + data.resolve("store"));
    Listener listener = new Listener();
    fleet.registry(new Registry(store, loop, "replica", each -> true, listener));
    fleet.keys(new KeySets(loop, clock, () -> {}));
    fleet.authority(new WorkloadAuthority(store, loop, clock, CaOptions.in(data), listener));
    onLoop(
        () -> {
          fleet.accepted(new Accepted(1, 1, Map.of()));
          return true;
        });
  }

  @AfterEach
  void close() {
    loop.close();
    store.close();
  }

  @Test
  void a_change_of_one_instance_is_sent_to_the_callers_of_its_service_alone_and_as_a_delta()
      throws Exception {
    mesh("service", 20);
    another();

    Map<String, List<Update>> sent = change();

    assertThat(sent).containsOnlyKeys("service-17", "service-18", "service-19");
    assertThat(sent.values())
        .allSatisfy(
            updates ->
                assertThat(updates)
                    .singleElement()
                    .satisfies(
                        update -> {
                          assertThat(update.getResourcesList())
                              .singleElement()
                              .matches(Resource::hasEndpointsDelta);
                          assertThat(update.getResources(0).getEndpointsDelta().getUpsertedList())
                              .hasSize(1);
                        }));
  }

  @Test
  void changes_of_a_large_service_that_follow_one_another_are_told_together() throws Exception {
    ServiceId large = new ServiceId("default", "large");
    ServiceId small = new ServiceId("default", "small");
    List<Caller> instances = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      instances.add(new Caller("large-" + i, "large", List.of()));
    }
    instances.add(new Caller("small", "small", List.of()));
    Caller calling = new Caller("calling", "calling", List.of("default/large", "default/small"));
    onLoop(
        () -> {
          instances.forEach(each -> each.says(1));
          return true;
        });
    settle();
    calling.updates.clear();

    List<Boolean> waiting =
        onLoop(
            () -> {
              instances.subList(0, 10).forEach(each -> each.says(2));
              instances.get(1_000).says(2);
              return List.of(fleet.isGathering(large), fleet.isGathering(small));
            });
    settle();

    assertThat(waiting).containsExactly(true, false);
    assertThat(calling.updates)
        .flatExtracting(Update::getResourcesList)
        .filteredOn(each -> each.getVersion().getName().equals("default/large"))
        .singleElement()
        .satisfies(each -> assertThat(each.getEndpointsDelta().getUpsertedList()).hasSize(10));
  }

  @Test
  void bytes_for_a_change_do_not_grow_with_the_number_of_services() throws Exception {
    mesh("service", 10);
    another();
    int few = bytes(change());
    mesh("further", 200);
    int many = bytes(change());

    assertThat(many).isCloseTo(few, within(CALLERS)); // ids of updates grow
  }

  @Test
  void nobody_is_looked_at_for_what_concerns_nobody() throws Exception {
    mesh("service", 5);
    Caller alone = new Caller("alone", "service-alone", List.of());
    alone.register(1);
    settle();
    callers.forEach(each -> each.updates.clear());

    alone.register(2);
    settle();

    assertThat(callers).allSatisfy(each -> assertThat(each.updates).isEmpty());
  }

  @Test
  void services_that_come_one_after_the_other_to_a_mesh_of_many_are_told_together()
      throws Exception {
    int services = 30;
    for (int i = 0; i < 1_000; i++) {
      new Caller("agent-" + i, "service-" + i % services, List.of());
    }
    settle();

    boolean atOnce =
        onLoop(
            () -> {
              Compiler before = fleet.compiler();
              callers.subList(0, services).forEach(each -> each.says(1));
              return fleet.compiler() != before;
            });

    assertThat(atOnce).isFalse();
    Caller listening = callers.get(0);
    await().until(() -> names(listening).size() == services);
    assertThat(listening.updates.stream().flatMap(each -> each.getResourcesList().stream()))
        .filteredOn(Resource::hasNames)
        .hasSize(2);
  }

  @Test
  void a_service_that_comes_alone_is_told_at_once() throws Exception {
    mesh("service", 20);
    Caller alone = new Caller("alone", "service-alone", List.of());
    clock.forward(Duration.ofMillis(5));

    boolean atOnce =
        onLoop(
            () -> {
              Compiler before = fleet.compiler();
              alone.says(1);
              return fleet.compiler() != before;
            });

    assertThat(atOnce).isTrue();
  }

  @Test
  void where_there_are_many_agents_each_reports_the_more_seldom() throws Exception {
    Caller first = new Caller("first", "service-0", List.of());
    for (int i = 1; i < 3_000; i++) {
      new Caller("agent-" + i, "service-0", List.of());
    }
    Caller last = new Caller("last", "service-0", List.of());

    assertThat(first.reportMillis).isEqualTo(1_000);
    assertThat(last.reportMillis).isEqualTo(4_000);
  }

  @Test
  void who_came_when_there_were_few_agents_is_told_to_report_more_seldom_once_there_are_many()
      throws Exception {
    Caller first = new Caller("first", "service-0", List.of());
    for (int i = 1; i < 3_000; i++) {
      new Caller("agent-" + i, "service-0", List.of());
    }
    callers.forEach(each -> each.intervals.set(0));

    for (int i = 0; i < 10; i++) {
      tellReportIntervals();
    }

    assertThat(callers).allSatisfy(each -> assertThat(each.reportMillis).isEqualTo(4_000));
    assertThat(callers).allSatisfy(each -> assertThat(each.intervals).hasValueLessThanOrEqualTo(1));
    assertThat(first.intervals).hasValue(1);
  }

  @Test
  void intervals_of_reports_are_told_to_some_at_a_time_and_not_anew_with_each_who_comes_and_goes()
      throws Exception {
    for (int i = 0; i < 1_000; i++) {
      new Caller("agent-" + i, "service-0", List.of());
    }
    callers.forEach(each -> each.intervals.set(0));

    tellReportIntervals();
    assertThat(callers.stream().mapToInt(each -> each.intervals.get()).sum()).isEqualTo(500);
    tellReportIntervals();
    assertThat(callers).allSatisfy(each -> assertThat(each.intervals).hasValueLessThanOrEqualTo(1));

    callers.forEach(each -> each.intervals.set(0));
    for (int i = 0; i < 5; i++) {
      callers.get(0).leaves();
      tellReportIntervals();
      callers.set(0, new Caller("again-" + i, "service-0", List.of()));
      callers.remove(callers.size() - 1);
      tellReportIntervals();
    }
    assertThat(callers).allSatisfy(each -> assertThat(each.intervals).hasValueLessThanOrEqualTo(1));

    for (Caller each : callers.subList(0, 300)) {
      each.leaves();
    }
    tellReportIntervals();
    tellReportIntervals();
    assertThat(callers.subList(300, 1_000))
        .allSatisfy(each -> assertThat(each.reportMillis).isEqualTo(1_000));
  }

  private void tellReportIntervals() throws Exception {
    onLoop(
        () -> {
          fleet.tellReportIntervals();
          return true;
        });
  }

  // The services that an agent was last told of.
  private static List<String> names(Caller agent) {
    List<String> names = List.of();
    for (Update update : agent.updates) {
      for (Resource each : update.getResourcesList()) {
        if (each.hasNames()) {
          names = each.getNames().getServicesList().stream().map(ServiceName::getName).toList();
        }
      }
    }
    return names;
  }

  private static int bytes(Map<String, List<Update>> sent) {
    return sent.values().stream().flatMap(List::stream).mapToInt(Update::getSerializedSize).sum();
  }

  // Each service has an instance, which calls the next few.
  private void mesh(String name, int services) throws Exception {
    for (int i = 0; i < services; i++) {
      List<String> calls = new ArrayList<>();
      for (int call = 1; call <= CALLERS; call++) {
        calls.add("default/" + name + "-" + (i + call) % services);
      }
      new Caller(name + "-agent-" + i, name + "-" + i, calls).register(1);
    }
    settle();
  }

  // Further instances of service-0, the last of which changes: a delta is shorter than all of them.
  private void another() throws Exception {
    for (int i = 0; i < 8; i++) {
      changing = new Caller("another-" + i, "service-0", List.of());
      changing.register(1);
    }
    settle();
  }

  // What is sent, by the service of whom it is sent to, when an instance of service-0 changes.
  private Map<String, List<Update>> change() throws Exception {
    callers.forEach(each -> each.updates.clear());
    Objects.requireNonNull(changing).register(++weight);
    await().until(() -> callers.stream().filter(each -> !each.updates.isEmpty()).count() > 2);
    settle();
    Map<String, List<Update>> sent = new TreeMap<>();
    for (Caller each : callers) {
      if (!each.updates.isEmpty()) {
        sent.put(each.service, List.copyOf(each.updates));
      }
    }
    return sent;
  }

  // All that was begun has come to its end: each has answered what it was sent, and nothing waits.
  private void settle() {
    await().until(() -> onLoop(fleet::isSettled));
  }

  private <T> T onLoop(Supplier<T> question) throws Exception {
    return loop.ask(question).get(20, SECONDS);
  }

  /** An agent that takes whatever it is sent. */
  private final class Caller implements StreamObserver<ControlMessage> {
    private final Queue<Update> updates = new ConcurrentLinkedQueue<>();
    private final String service;
    private final int port;
    private @Nullable Session session;
    private volatile int reportMillis;
    private final AtomicInteger intervals = new AtomicInteger();

    Caller(String uid, String service, List<String> calls) throws Exception {
      this.service = service;
      this.port = 10_000 + callers.size();
      callers.add(this);
      onLoop(
          () -> {
            Joined joined = new Joined("a token", "default", "", Instant.EPOCH, Instant.MAX, "t");
            session =
                fleet.connected(
                    new Agent(
                        RawAgent.identity(uid, "default", service),
                        joined,
                        "spiffe://x",
                        "127.0.0.1"),
                    Hello.newBuilder().addAllSubscriptions(calls).build(),
                    this,
                    1);
            return true;
          });
    }

    void register(int weight) throws Exception {
      onLoop(
          () -> {
            says(weight);
            return true;
          });
    }

    void leaves() throws Exception {
      onLoop(
          () -> {
            received(AgentMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
            return true;
          });
    }

    // On the loop.
    void says(int weight) {
      received(
          AgentMessage.newBuilder()
              .setRegistration(
                  Registration.newBuilder()
                      .addAddresses("127.0.0.1")
                      .addPorts(InstancePort.newBuilder().setNumber(port))
                      .setWeight(weight)
                      .setState(InstanceState.READY)));
    }

    private void received(AgentMessage.Builder message) {
      Session open = session;
      if (open != null) {
        fleet.received(open, message.build());
      }
    }

    @Override
    public void onNext(ControlMessage message) {
      if (message.hasWelcome()) {
        reportMillis = message.getWelcome().getReportIntervalMillis();
      }
      if (message.hasReportInterval()) {
        reportMillis = message.getReportInterval().getMillis();
        intervals.incrementAndGet();
      }
      if (message.hasUpdate()) {
        Update update = message.getUpdate();
        updates.add(update);
        loop.execute(
            () ->
                received(
                    AgentMessage.newBuilder().setAck(Ack.newBuilder().setUpdate(update.getId()))));
      }
    }

    @Override
    public void onError(Throwable fault) {}

    @Override
    public void onCompleted() {}
  }

  private final class Listener implements Registry.Listener, WorkloadAuthority.Listener {
    @Override
    public void endpointsChanged(ServiceId service) {
      fleet.endpointsChanged(service);
    }

    @Override
    public void servicesChanged() {
      fleet.servicesChanged();
    }

    @Override
    public void trustChanged() {}

    @Override
    public void signerChanged() {}

    @Override
    public void revoked(Revoked principal) {}
  }
}
