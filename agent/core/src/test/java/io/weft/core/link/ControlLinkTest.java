package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Drained;
import io.weft.api.v1.EdgeReport;
import io.weft.api.v1.Identity;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.api.v1.ReportInterval;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.Welcome;
import io.weft.core.identity.LiveTls;
import io.weft.core.registry.BoundPort;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import io.weft.core.settings.HostPort;
import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlLinkTest {

  private static final String TOKEN = new TestAuthority().token();
  private static final HostPort FIRST = new HostPort("first.example", 1);
  private static final HostPort SECOND = new HostPort("second.example", 2);

  @TempDir Path dir;

  private final ManualLinkThread thread = new ManualLinkThread();
  private final ScriptedControl control = new ScriptedControl();
  private final RecordingDataPlane dataPlane = new RecordingDataPlane();
  private final Ports ports = new Ports();
  private final HookReports hooks = new HookReports();
  private final List<EdgeReport> edges = new ArrayList<>();
  private int triedInVain;
  private ControlLink link;

  @BeforeEach
  void make() {
    link = newLink(settings(TOKEN));
  }

  @Test
  void says_hello_with_what_it_is_and_what_it_can() {
    link.start();
    thread.run();

    var hello = control.last().hello();
    assertThat(hello.getProtocol()).isEqualTo(1);
    assertThat(hello.getIdentity().getService()).isEqualTo("orders");
    assertThat(hello.getCredential().getToken()).isEqualTo("id.secret");
    assertThat(hello.getFeaturesList()).containsExactly("route", "retry", "explain", "names-delta");
    assertThat(hello.getHeldList()).isEmpty();
    assertThat(hello.getSubscriptionsList()).isEmpty();
  }

  @Test
  void an_update_is_applied_and_acknowledged() {
    started();

    control.last().update(7, Resources.names("n1", "stock"));

    assertThat(dataPlane.applied).containsExactly(List.of(Resources.names("n1", "stock")));
    assertThat(control.last().lastReceived().getAck().getUpdate()).isEqualTo(7);
    assertThat(control.last().lastReceived().getAck().getVersion().getGeneration()).isEqualTo(7);
  }

  @Test
  void config_that_cannot_be_built_is_refused_whole_but_endpoints_stand_by_themselves() {
    started();
    control.last().update(1, Resources.config("default/stock", "c1"), Resources.names("n1"));
    dataPlane.unbuildable.add("default/stock");

    control
        .last()
        .update(
            2,
            Resources.config("default/stock", "c2"),
            Resources.names("n2"),
            Resources.endpoints("default/prices", "e2", "a"));

    AgentMessage answer = control.last().lastReceived();
    assertThat(answer.getNack().getUpdate()).isEqualTo(2);
    assertThat(answer.getNack().getErrorsList())
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.getName()).isEqualTo("default/stock");
              assertThat(error.getMessage()).isEqualTo("no such feature");
            });
    assertThat(heldAfterReconnect()).containsExactlyInAnyOrder("c1", "n1", "e2");
  }

  @Test
  void a_fault_of_the_data_plane_refuses_the_update_and_keeps_the_link() {
    started();
    dataPlane.faulty = true;

    control.last().update(1, Resources.names("n1"));

    assertThat(control.last().lastReceived().getNack().getErrorsList()).hasSize(1);
    assertThat(control.last().aborted).isFalse();
  }

  @Test
  void endpoint_deltas_are_merged_into_what_is_held() {
    started();
    control.last().update(1, Resources.endpoints("default/stock", "e1", "a", "b"));

    control
        .last()
        .update(2, Resources.delta("default/stock", "e1", "e2", List.of("c"), List.of("a")));

    List<Resource> last = dataPlane.applied.stream().skip(1).findFirst().orElseThrow();
    assertThat(Resources.uids(last.get(0))).containsExactly("b", "c");
    assertThat(control.last().lastReceived().getAck().getUpdate()).isEqualTo(2);
    assertThat(heldAfterReconnect()).containsExactly("e2");
  }

  @Test
  void deltas_of_names_are_merged_into_what_is_held() {
    started();
    control.last().update(1, Resources.names("n1", "orders", "stock"));

    control.last().update(2, Resources.namesDelta("n1", "n2", "default/orders", "basket"));

    Resource last = dataPlane.applied.stream().skip(1).findFirst().orElseThrow().get(0);
    assertThat(last.getNames().getServicesList())
        .extracting(ServiceName::getName)
        .containsExactly("basket", "stock");
    assertThat(last.getNames().hasEgress()).isFalse();
    assertThat(heldAfterReconnect()).containsExactly("n2");
  }

  @Test
  void a_delta_of_other_names_than_those_held_has_them_sent_whole() {
    started();
    control.last().update(1, Resources.names("n1", "orders"));
    ScriptedControl.Stream before = control.last();

    before.update(2, Resources.namesDelta("n0", "n2", "default/orders", "basket"));
    thread.advance(ReconnectDelay.BASE);

    assertThat(before.aborted).isTrue();
    assertThat(control.last().hello().getHeldList()).isEmpty();
  }

  @Test
  void a_delta_that_does_not_fit_has_the_list_sent_whole() {
    started();
    control
        .last()
        .update(1, Resources.endpoints("default/stock", "e1", "a"), Resources.names("n1"));
    ScriptedControl.Stream before = control.last();

    before.update(2, Resources.delta("default/stock", "e0", "e2", List.of("c"), List.of()));
    thread.advance(ReconnectDelay.BASE);

    assertThat(before.aborted).isTrue();
    assertThat(dataPlane.applied).hasSize(1);
    assertThat(control.last().hello().getHeldList())
        .extracting(ResourceVersion::getHash)
        .containsExactly("n1");
  }

  @Test
  void resources_taken_away_are_no_longer_held() {
    started();
    control.last().update(1, Resources.names("n1"), Resources.config("default/stock", "c1"));

    control.last().remove(2, Resources.version(ResourceType.SERVICE_CONFIG, "default/stock", "c1"));

    assertThat(dataPlane.removed).hasSize(1);
    assertThat(heldAfterReconnect()).containsExactly("n1");
  }

  @Test
  void a_service_is_subscribed_to_on_first_use_and_again_with_each_hello() {
    started();

    link.subscribe(List.of("default/stock"));
    link.subscribe(List.of("default/stock"));
    link.subscribe(List.of("default/prices"));
    thread.run();

    assertThat(received(AgentMessage::hasSubscribe))
        .extracting(message -> List.copyOf(message.getSubscribe().getServicesList()))
        .containsExactly(List.of("default/stock"), List.of("default/prices", "default/stock"));
    loseStream();
    assertThat(control.last().hello().getSubscriptionsList())
        .containsExactly("default/prices", "default/stock");
  }

  @Test
  void tries_all_addresses_in_turn_with_growing_jittered_delays() {
    control.unreachable.addAll(List.of(FIRST, SECOND));
    link.start();
    thread.run();
    assertThat(control.tried).containsExactly(FIRST);
    assertThat(triedInVain).isEqualTo(1);

    thread.advance(Duration.ofMillis(500));
    assertThat(control.tried).startsWith(FIRST, SECOND);

    thread.advance(Duration.ofHours(1));
    int inAnHour = control.tried.size();
    // Full jitter below 10 s: an average of 5 s between tries.
    assertThat(inAnHour).isBetween(500, 1_000);

    control.unreachable.clear();
    thread.advance(ReconnectDelay.MAX);
    assertThat(control.last().received).isNotEmpty();
  }

  @Test
  void moves_to_the_replicas_that_control_told_of() {
    control.welcome =
        Welcome.newBuilder().setMesh("default").addReplicas("third.example:3").build();
    control.unreachable.add(SECOND);
    started();
    control.unreachable.add(FIRST);

    control.last().end(Ending.Kind.UNREACHABLE, "gone");
    thread.advance(Duration.ofSeconds(5));

    assertThat(control.tried).containsExactly(FIRST, SECOND, new HostPort("third.example", 3));
  }

  @Test
  void a_control_that_breaks_off_after_each_welcome_is_not_hammered() {
    started();

    for (int i = 0; i < 50; i++) {
      control.last().end(Ending.Kind.UNREACHABLE, "gone");
      thread.advance(ReconnectDelay.MAX);
    }
    thread.advance(Duration.ofSeconds(10));
    int before = control.tried.size();
    control.last().end(Ending.Kind.UNREACHABLE, "gone");
    thread.advance(ReconnectDelay.BASE);

    assertThat(before).isEqualTo(51);
    assertThat(control.tried).as("after a steady while, back at once").hasSize(52);
  }

  @Test
  void a_control_that_does_not_answer_is_given_up() {
    control.welcome = Welcome.getDefaultInstance();
    ControlStream.Opener silent =
        (address, token, events) -> {
          control.tried.add(address);
          return new SilentStream();
        };
    link = newLink(settings(TOKEN), silent);

    link.start();
    thread.advance(Duration.ofSeconds(11));

    assertThat(control.tried).containsExactly(FIRST, SECOND);
  }

  @Test
  void a_control_that_does_not_answer_is_waited_for_longer_after_each_failure() {
    List<Long> tries = new ArrayList<>();
    link =
        newLink(
            settings(TOKEN),
            (address, token, events) -> {
              tries.add(thread.nanoTime());
              return new SilentStream();
            });

    link.start();
    thread.advance(Duration.ofMinutes(5));

    for (int i = 0; i < 5; i++) {
      long seconds = Duration.ofNanos(tries.get(i + 1) - tries.get(i)).toSeconds();
      long patience = Math.min(40, 10L << i);
      assertThat(seconds).isBetween(patience, patience + ReconnectDelay.MAX.toSeconds());
    }
  }

  @Test
  void registers_once_a_port_listens_and_not_again_when_it_reopens_at_once() {
    started();
    assertThat(registrations())
        .extracting(Registration::getState)
        .containsExactly(InstanceState.STARTING);

    BoundPort port = ports.bound(port(8080));
    link.registrationChanged();
    thread.advance(Duration.ofMillis(50));
    port.close();
    link.registrationChanged();
    BoundPort reopened = ports.bound(port(8080));
    link.registrationChanged();
    thread.advance(Duration.ofMillis(50));

    assertThat(registrations())
        .extracting(Registration::getState)
        .containsExactly(InstanceState.STARTING, InstanceState.READY);

    reopened.close();
    link.registrationChanged();
    thread.advance(Duration.ofMillis(50));
    assertThat(registrations().get(2).getPortsList()).isEmpty();
  }

  @Test
  void registers_anew_on_each_stream() {
    started();
    ports.bound(port(8080));
    hooks.add(HookReport.hooked("tomcat", "10.1.0"));

    loseStream();

    Registration registration = registrations().get(0);
    assertThat(registration.getPortsList())
        .extracting(InstancePort::getNumber)
        .containsExactly(8080);
    assertThat(registration.getHooksList())
        .singleElement()
        .satisfies(hook -> assertThat(hook.getLibrary()).isEqualTo("tomcat"));
    assertThat(registration.getErrorsList()).containsExactly("a wrong setting");
  }

  @Test
  void reports_at_the_interval_control_asks_for() {
    control.welcome = Welcome.newBuilder().setMesh("default").setReportIntervalMillis(1000).build();
    started();
    edges.add(EdgeReport.newBuilder().setCallee("default/stock").setCalls(3).build());

    thread.advance(Duration.ofMillis(2500));

    assertThat(received(AgentMessage::hasReport)).hasSize(2);
    assertThat(received(AgentMessage::hasReport).get(0).getReport().getEdgesList()).hasSize(1);
    assertThat(received(AgentMessage::hasReport).get(1).getReport().getEdgesList()).isEmpty();
    assertThat(received(AgentMessage::hasReport).get(1).getReport().getIntervalMillis())
        .isEqualTo(1000);
  }

  @Test
  void reports_at_another_interval_once_control_asks_for_it() {
    control.welcome = Welcome.newBuilder().setMesh("default").setReportIntervalMillis(1000).build();
    started();
    thread.advance(Duration.ofMillis(1500));

    wanted(5000);
    thread.advance(Duration.ofMillis(4400));
    assertThat(received(AgentMessage::hasReport)).hasSize(1);
    thread.advance(Duration.ofMillis(200));
    assertThat(received(AgentMessage::hasReport)).hasSize(2);
    assertThat(received(AgentMessage::hasReport).get(1).getReport().getIntervalMillis())
        .isEqualTo(5000);

    thread.advance(Duration.ofSeconds(2));
    wanted(1000);
    thread.advance(Duration.ofMillis(2100));
    assertThat(received(AgentMessage::hasReport)).hasSize(5);
  }

  @Test
  void an_interval_that_makes_no_sense_changes_nothing() {
    control.welcome = Welcome.newBuilder().setMesh("default").setReportIntervalMillis(1000).build();
    started();

    wanted(0);
    wanted(-5);
    thread.advance(Duration.ofMillis(2500));

    assertThat(received(AgentMessage::hasReport)).hasSize(2);
  }

  private void wanted(int millis) {
    control
        .last()
        .push(
            ControlMessage.newBuilder()
                .setReportInterval(ReportInterval.newBuilder().setMillis(millis)));
  }

  @Test
  void a_serving_process_is_drained_when_control_says_so() {
    started();
    ports.bound(port(8080));

    CompletableFuture<Void> drained = link.drain();
    thread.run();
    assertThat(control.last().lastReceived().hasDrain()).isTrue();
    assertThat(drained).isNotDone();

    control.last().push(ControlMessage.newBuilder().setDrained(Drained.getDefaultInstance()));
    assertThat(drained).isDone();
    loseStream();
    assertThat(registrations())
        .extracting(Registration::getState)
        .containsExactly(InstanceState.DRAINING);
  }

  @Test
  void a_process_that_serves_nobody_is_drained_at_once() {
    started();

    CompletableFuture<Void> drained = link.drain();
    thread.run();

    assertThat(drained).isDone();
  }

  @Test
  void without_control_there_is_nothing_to_wait_for() {
    control.unreachable.addAll(List.of(FIRST, SECOND));
    link.start();
    ports.bound(port(8080));
    thread.run();

    CompletableFuture<Void> drained = link.drain();
    CompletableFuture<Void> closed = link.close();
    thread.run();

    assertThat(drained).isDone();
    assertThat(closed).isDone();
  }

  @Test
  void draining_ends_with_a_stream_that_breaks() {
    started();
    ports.bound(port(8080));
    CompletableFuture<Void> drained = link.drain();
    thread.run();

    control.last().end(Ending.Kind.UNREACHABLE, "gone");

    assertThat(drained).isDone();
  }

  @Test
  void takes_leave_with_a_last_report_and_does_not_come_back() {
    started();
    edges.add(EdgeReport.newBuilder().setCalls(1).build());

    CompletableFuture<Void> closed = link.close();
    thread.run();

    List<AgentMessage> received = control.last().received;
    assertThat(received.get(received.size() - 2).getReport().getEdgesCount()).isEqualTo(1);
    assertThat(received.get(received.size() - 1).hasGoodbye()).isTrue();
    assertThat(control.last().finished).isTrue();
    assertThat(closed).isDone();
    thread.advance(Duration.ofHours(1));
    assertThat(control.tried).hasSize(1);
  }

  @Test
  void the_last_config_is_in_force_again_after_a_restart_without_control() {
    started();
    control
        .last()
        .update(1, Resources.names("n1", "stock"), Resources.endpoints("default/stock", "e1", "a"));
    control.last().update(2, Resources.delta("default/stock", "e1", "e2", List.of("b"), List.of()));
    link.subscribe(List.of("default/stock"));
    thread.advance(Duration.ofSeconds(1));
    dataPlane.applied.clear();

    control.unreachable.addAll(List.of(FIRST, SECOND));
    link = newLink(settings(TOKEN));
    link.start();
    thread.run();

    assertThat(dataPlane.applied)
        .singleElement()
        .satisfies(
            resources -> {
              assertThat(resources).contains(Resources.names("n1", "stock"));
              assertThat(Resources.uids(resources.get(1))).containsExactly("a", "b");
            });
    control.unreachable.clear();
    thread.advance(ReconnectDelay.MAX);
    assertThat(control.last().hello().getSubscriptionsList()).containsExactly("default/stock");
    assertThat(control.last().hello().getHeldList())
        .extracting(ResourceVersion::getHash)
        .containsExactly("n1", "e2");
  }

  @Test
  void a_damaged_cache_is_ignored() throws IOException {
    started();
    control.last().update(1, Resources.names("n1", "stock"));
    thread.advance(Duration.ofSeconds(1));
    Path file = onlyFileUnder(dir);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    dataPlane.applied.clear();

    link = newLink(settings(TOKEN));
    started();

    assertThat(dataPlane.applied).isEmpty();
    assertThat(control.last().hello().getHeldList()).isEmpty();
  }

  @Test
  void another_mesh_s_cache_is_not_looked_at() {
    started();
    control.last().update(1, Resources.names("n1", "stock"));
    thread.advance(Duration.ofSeconds(1));

    link = newLink(settings(new TestAuthority().token()));
    started();

    assertThat(control.last().hello().getHeldList()).isEmpty();
  }

  @Test
  void a_join_token_that_comes_later_is_found() throws IOException {
    Path file = dir.resolve("join-token");
    link = newLink(settings(Map.of("WEFT_TOKEN_FILE", file.toString())));
    link.start();
    thread.advance(Duration.ofMinutes(1));
    assertThat(control.tried).isEmpty();

    Files.writeString(file, TOKEN + "\n");
    thread.advance(ReconnectDelay.MAX);

    assertThat(control.tried).hasSize(1);
  }

  private void started() {
    link.start();
    thread.run();
  }

  private void loseStream() {
    control.last().end(Ending.Kind.UNREACHABLE, "gone");
    thread.advance(ReconnectDelay.MAX);
  }

  private List<String> heldAfterReconnect() {
    loseStream();
    return control.last().hello().getHeldList().stream().map(ResourceVersion::getHash).toList();
  }

  private List<AgentMessage> received(Predicate<AgentMessage> which) {
    return control.last().received.stream().filter(which).toList();
  }

  private List<Registration> registrations() {
    return received(AgentMessage::hasRegistration).stream()
        .map(AgentMessage::getRegistration)
        .toList();
  }

  private ControlLink newLink(Settings settings) {
    return newLink(settings, control);
  }

  private ControlLink newLink(Settings settings, ControlStream.Opener opener) {
    return new ControlLink(
        thread,
        opener,
        settings,
        Identity.newBuilder().setService("orders").build(),
        dataPlane,
        new LiveTls(InstantSource.system()),
        InstantSource.system(),
        new InstanceRecord(settings, () -> List.of("a wrong setting"), ports, hooks),
        this::takeEdges,
        Questions.NONE,
        () -> triedInVain++,
        new Random(1));
  }

  private List<EdgeReport> takeEdges() {
    List<EdgeReport> taken = List.copyOf(edges);
    edges.clear();
    return taken;
  }

  private Settings settings(String token) {
    return settings(Map.of("WEFT_TOKEN", token));
  }

  private Settings settings(Map<String, String> environment) {
    return SettingsReader.read(
            "service=orders,control=first.example:1;second.example:2,log=off,dir="
                + dir.resolve("cache"),
            Map.of("user.home", dir.toString()),
            environment)
        .settings();
  }

  private static PortInfo port(int number) {
    return new PortInfo(number, "0.0.0.0", PortProtocol.HTTP, PortTls.NONE, "tomcat");
  }

  private static Path onlyFileUnder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList().get(0);
    }
  }

  /** Takes everything and says nothing. */
  private static final class SilentStream implements ControlStream {
    @Override
    public void send(AgentMessage message) {}

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void finish() {}

    @Override
    public void abort() {}
  }
}
