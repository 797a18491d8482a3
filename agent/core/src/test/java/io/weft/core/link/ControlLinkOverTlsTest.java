package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.core.identity.LiveTls;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.registry.Ports;
import io.weft.core.settings.HostPort;
import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import io.weft.core.thread.AgentThread;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link and a control of the test's own, over a real network. */
class ControlLinkOverTlsTest {

  @TempDir Path dir;

  private final TestAuthority authority = new TestAuthority();
  private final RecordingDataPlane dataPlane = new RecordingDataPlane();
  private final DaemonLinkThread thread = new DaemonLinkThread();
  private ControlLink link;

  @BeforeEach
  void make() {
    link = newLink("127.0.0.1:1");
  }

  @AfterEach
  void close() throws Exception {
    link.close().get(20, TimeUnit.SECONDS);
  }

  @Test
  void joins_takes_config_acknowledges_and_leaves() throws Exception {
    try (FakeControl control = FakeControl.start(authority.server())) {
      link = newLink(control.address().toString());
      link.start();

      assertThat(control.next().getHello().getIdentity().getService()).isEqualTo("orders");
      assertThat(control.next().hasCertificateRequest()).isTrue();
      assertThat(control.next().hasRegistration()).isTrue();
      control.update(1, Resources.names("n1", "stock"));
      assertThat(control.next().getAck().getUpdate()).isEqualTo(1);
      assertThat(dataPlane.applied.poll(20, TimeUnit.SECONDS))
          .containsExactly(Resources.names("n1", "stock"));

      CompletableFuture<Void> closed = link.close();
      assertThat(control.next().hasReport()).isTrue();
      assertThat(control.next().hasGoodbye()).isTrue();
      closed.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void comes_back_with_what_it_holds_when_the_stream_is_dropped() throws Exception {
    try (FakeControl control = FakeControl.start(authority.server())) {
      link = newLink(control.address().toString());
      link.start();
      next(control, AgentMessage::hasRegistration);
      control.update(1, Resources.names("n1", "stock"));
      next(control, AgentMessage::hasAck);

      control.drop();

      assertThat(next(control, AgentMessage::hasHello).getHello().getHeldList())
          .containsExactly(Resources.names("n1").getVersion());
    }
  }

  @Test
  void moves_on_from_an_address_where_nobody_listens() throws Exception {
    try (FakeControl control = FakeControl.start(authority.server())) {
      link = newLink("127.0.0.1:" + closedPort() + ";" + control.address());
      link.start();

      assertThat(control.next().hasHello()).isTrue();
    }
  }

  @Test
  void does_not_send_its_secret_to_a_control_of_another_root() throws Exception {
    try (FakeControl impostor = FakeControl.start(new TestAuthority().server());
        FakeControl control = FakeControl.start(authority.server())) {
      Ending ending = endingOf(impostor.address());

      assertThat(ending.kind()).isEqualTo(Ending.Kind.UNTRUSTED);
      assertThat(ending.reason()).contains("does not end in the root");

      link = newLink(impostor.address() + ";" + control.address());
      link.start();
      assertThat(control.next().hasHello()).isTrue();
    }
  }

  @Test
  void a_refused_token_is_told_from_an_unreachable_control() throws Exception {
    try (FakeControl control = FakeControl.start(authority.server(), "another.token")) {
      Ending ending = endingOf(control.address());

      assertThat(ending.kind()).isEqualTo(Ending.Kind.UNAUTHENTICATED);
      assertThat(ending.reason())
          .isEqualTo("it does not accept the join token: unknown join token");
    }
    Ending ending = endingOf(new HostPort("127.0.0.1", closedPort()));

    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNREACHABLE);
    assertThat(ending.reason()).contains("refused");
  }

  @Test
  void runs_on_agent_threads_alone() throws Exception {
    try (FakeControl control = FakeControl.start(authority.server())) {
      BlockingQueue<Boolean> seen = new LinkedBlockingQueue<>();
      JoinCredential credential = credential();
      thread.execute(
          () ->
              new GrpcStreamOpener(thread)
                  .open(
                      control.address(),
                      credential,
                      new EndingsOnly(
                          ending -> {
                            seen.add(AgentThread.isCurrent());
                          }))
                  .finish());

      assertThat(seen.poll(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private JoinCredential credential() {
    try {
      return CredentialSource.of(settings("127.0.0.1:1")).read();
    } catch (NoCredentialException e) {
      throw new AssertionError(e);
    }
  }

  private Ending endingOf(HostPort control) throws InterruptedException {
    BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    JoinCredential credential = credential();
    thread.execute(
        () ->
            new GrpcStreamOpener(thread)
                .open(control, credential, new EndingsOnly(endings::add))
                .send(
                    AgentMessage.newBuilder()
                        .setHello(Hello.newBuilder().setCredential(credential.message()))
                        .build()));
    Ending ending = endings.poll(20, TimeUnit.SECONDS);
    assertThat(ending).isNotNull();
    return ending;
  }

  private static AgentMessage next(FakeControl control, Predicate<AgentMessage> which)
      throws InterruptedException {
    AgentMessage message = control.next();
    while (!which.test(message)) {
      message = control.next();
    }
    return message;
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Settings settings(String control) {
    return SettingsReader.read(
            "service=orders,log=off,control=%s,dir=%s,token=%s"
                .formatted(control, dir, authority.token()),
            Map.of("user.home", "/nowhere"),
            Map.of())
        .settings();
  }

  private ControlLink newLink(String control) {
    Settings settings = settings(control);
    return ControlLink.create(
        settings,
        Identity.newBuilder().setService("orders").build(),
        dataPlane,
        new LiveTls(InstantSource.system()),
        new InstanceRecord(settings, List::of, new Ports(), new HookReports()),
        List::of,
        Questions.NONE,
        () -> {});
  }

  private record EndingsOnly(Consumer<Ending> listener) implements ControlStream.Events {
    @Override
    public void received(ControlMessage message) {}

    @Override
    public void ended(Ending ending) {
      listener.accept(ending);
    }
  }
}
