package io.weft.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Drained;
import io.weft.api.v1.Identity;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.identity.LiveTls;
import io.weft.core.link.ControlLink;
import io.weft.core.link.DataPlane;
import io.weft.core.link.EdgeStats;
import io.weft.core.link.FakeControl;
import io.weft.core.link.Questions;
import io.weft.core.link.TestAuthority;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.InFlight;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShutdownTest {

  @TempDir Path dir;

  private final TestAuthority authority = new TestAuthority();
  private final Ports ports = new Ports();
  private final InFlight inFlight = new InFlight();
  private final CompletableFuture<Duration> flushed = new CompletableFuture<>();
  private FakeControl control;
  private ControlLink link;
  private Shutdown shutdown;

  @BeforeEach
  void start() throws IOException {
    control = FakeControl.start(authority.server());
    Settings settings =
        SettingsReader.read(
                "service=orders,control=%s,dir=%s,token=%s"
                    .formatted(control.address(), dir, authority.token()),
                Map.of("user.home", "/nowhere"),
                Map.of())
            .settings();
    InstanceRecord instance = new InstanceRecord(settings, List::of, ports, new HookReports());
    link =
        ControlLink.create(
            settings,
            Identity.getDefaultInstance(),
            new Nothing(),
            new LiveTls(InstantSource.system()),
            instance,
            List::of,
            Questions.NONE,
            () -> {});
    shutdown = new Shutdown(link, instance, inFlight, Duration.ofSeconds(20), new Flush());
    link.start();
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void callers_are_sent_elsewhere_before_the_application_closes_and_control_is_told_after()
      throws Exception {
    ports.bound(new PortInfo(8080, "0.0.0.0", PortProtocol.HTTP, PortTls.NONE, "test"));
    next(AgentMessage::hasRegistration);

    CompletableFuture<Void> before = CompletableFuture.runAsync(shutdown::beforeApplication);
    next(AgentMessage::hasDrain);
    assertThat(before).isNotDone();
    control.send(ControlMessage.newBuilder().setDrained(Drained.getDefaultInstance()));
    before.get(10, TimeUnit.SECONDS);
    assertThat(flushed).isNotDone();

    shutdown.afterApplication();

    assertThat(flushed).isDone();
    next(AgentMessage::hasGoodbye);
  }

  @Test
  void a_process_that_serves_nobody_stops_without_asking() throws Exception {
    next(AgentMessage::hasRegistration);

    shutdown.beforeApplication();
    shutdown.afterApplication();

    assertThat(control.next().hasReport()).as("no Drain was sent").isTrue();
    assertThat(control.next().hasGoodbye()).isTrue();
  }

  private void next(Predicate<AgentMessage> which) throws InterruptedException {
    AgentMessage message = control.next();
    while (!which.test(message)) {
      message = control.next();
    }
  }

  private final class Flush implements Telemetry {
    @Override
    public CallObserver calls() {
      return CallObserver.NONE;
    }

    @Override
    public Deadlines deadlines() {
      return Deadlines.NONE;
    }

    @Override
    public EdgeStats edges() {
      return List::of;
    }

    @Override
    public void start(Identity process) {}

    @Override
    public void flush(Duration atMost) {
      flushed.complete(atMost);
    }
  }

  private static final class Nothing implements DataPlane {
    @Override
    public List<String> features() {
      return List.of();
    }

    @Override
    public List<ResourceError> apply(List<Resource> changed, List<ResourceVersion> removed) {
      return List.of();
    }
  }
}
