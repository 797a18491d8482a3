package io.weft.control.push;

import static io.weft.api.v1.InstanceState.LOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Hello;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Svid;
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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of streams with time. */
class FleetTest {
  @TempDir Path data;
  private final TestClock clock = new TestClock();
  private final Loop loop = new Loop();
  private final Fleet fleet =
      new Fleet(
          loop,
          clock,
          "replica",
          List::of,
          new Edges(System::nanoTime),
          new Denials(clock),
          new Shares(System::nanoTime));
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private ConfigStore store;
  private Registry registry;

  @BeforeEach
  void open() throws IOException {
    store = Stores.open("embedded:" + data.resolve("store"));
    registry = new Registry(store, loop, "replica", each -> true, new Quiet());
    fleet.registry(registry);
    fleet.keys(new KeySets(loop, clock, () -> {}));
    fleet.authority(new WorkloadAuthority(store, loop, clock, CaOptions.in(data), new Quiet()));
  }

  @AfterEach
  void close() {
    loop.close();
    store.close();
  }

  @Test
  void a_stream_ends_with_its_credential_and_its_instance_is_gone() throws Exception {
    Session session = connected(Duration.ofHours(1));
    assertThat(instances()).isEqualTo(1);

    clock.forward(Duration.ofHours(1).minusMillis(1));
    onLoop(this::expire);
    assertThat(end).isNotDone();
    clock.forward(Duration.ofMillis(1));
    onLoop(this::expire);

    assertThat(end.join().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(end.join().getDescription())
        .isEqualTo("the join token t has ended at 2030-01-01T01:00:00Z");
    assertThat(onLoop(() -> fleet.isConnected(session.agent().uid()))).isFalse();
    await().until(() -> instances() == 0);
  }

  @Test
  void nothing_is_taken_from_a_stream_whose_credential_has_just_ended() throws Exception {
    Session session = connected(Duration.ofHours(1));

    clock.forward(Duration.ofHours(1));
    int port =
        onLoop(
            () -> {
              fleet.received(session, registration(8082));
              return registry.instance("u").orElseThrow().ports().get(0).number();
            });

    assertThat(port).isEqualTo(8081);
    assertThat(end.join().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void a_change_of_the_root_waits_for_an_agent_whose_stream_broke_until_it_would_have_come_back()
      throws Exception {
    Session session = connected(Duration.ofHours(1));
    onLoop(
        () -> {
          fleet.ended(session);
          return true;
        });
    await().until(() -> onLoop(() -> registry.instance("u").orElseThrow().state()) == LOST);

    assertThat(onLoop(fleet::holders)).hasSize(1);
    clock.forward(Duration.ofSeconds(24));
    assertThat(onLoop(fleet::holders)).hasSize(1);
    clock.forward(Duration.ofSeconds(1));
    assertThat(onLoop(fleet::holders)).isEmpty();
  }

  private boolean expire() {
    fleet.expire();
    return true;
  }

  private Session connected(Duration life) throws Exception {
    Joined joined =
        new Joined(
            "the join token t",
            "default",
            "orders",
            clock.instant(),
            clock.instant().plus(life),
            "t");
    return onLoop(
        () -> {
          Session session =
              fleet.connected(
                  new Agent(
                      RawAgent.identity("u", "default", "orders"),
                      joined,
                      "spiffe://x",
                      "127.0.0.1"),
                  Hello.getDefaultInstance(),
                  new Out(),
                  1);
          fleet.received(session, registration(8081));
          return session;
        });
  }

  private static AgentMessage registration(int port) {
    return AgentMessage.newBuilder()
        .setRegistration(
            Registration.newBuilder()
                .addAddresses("127.0.0.1")
                .addPorts(InstancePort.newBuilder().setNumber(port))
                .setSvid(Svid.newBuilder().setSpiffeId("spiffe://x").setRootHash("root"))
                .setState(InstanceState.READY))
        .build();
  }

  private int instances() throws Exception {
    return onLoop(() -> registry.instances().size());
  }

  private <T> T onLoop(Supplier<T> question) throws Exception {
    return loop.ask(question).get(20, TimeUnit.SECONDS);
  }

  private final class Out implements StreamObserver<ControlMessage> {
    @Override
    public void onNext(ControlMessage message) {}

    @Override
    public void onError(Throwable fault) {
      end.complete(Status.fromThrowable(fault));
    }

    @Override
    public void onCompleted() {}
  }

  private static final class Quiet implements Registry.Listener, WorkloadAuthority.Listener {
    @Override
    public void endpointsChanged(ServiceId service) {}

    @Override
    public void servicesChanged() {}

    @Override
    public void trustChanged() {}

    @Override
    public void signerChanged() {}

    @Override
    public void revoked(Revoked principal) {}
  }
}
