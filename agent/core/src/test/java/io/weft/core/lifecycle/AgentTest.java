package io.weft.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Drained;
import io.weft.api.v1.Identity;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.Mesh;
import io.weft.core.link.FakeControl;
import io.weft.core.link.TestAuthority;
import io.weft.core.registry.BoundPort;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import io.weft.core.settings.SettingsReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentTest {

  private static final Resource NAMES =
      Resource.newBuilder()
          .setVersion(ResourceVersion.newBuilder().setType(ResourceType.NAMES).setHash("n1"))
          .setNames(
              Names.newBuilder()
                  .addServices(
                      ServiceName.newBuilder()
                          .setNamespace("default")
                          .setName("stock")
                          .addPorts(ServicePort.newBuilder().setNumber(80).setProtocol("http"))))
          .build();

  @TempDir Path dir;

  @Test
  void a_process_joins_learns_of_services_serves_drains_and_leaves() throws Exception {
    TestAuthority authority = new TestAuthority();
    try (FakeControl control = FakeControl.start(authority.server())) {
      Agent.start(
          SettingsReader.read(
              "service=orders,labels=version=v1,control=%s,dir=%s,token=%s"
                  .formatted(control.address(), dir, authority.token()),
              Map.of("user.home", "/nowhere"),
              Map.of()),
          Telemetry.NONE);

      Identity identity = next(control, AgentMessage::hasHello).getHello().getIdentity();
      assertThat(identity.getUid()).startsWith("orders-");
      assertThat(identity.getLabelsMap()).containsExactly(Map.entry("version", "v1"));
      assertThat(identity.getPid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(identity.getAgentVersion()).isNotEmpty().isNotEqualTo("unknown");

      control.update(1, NAMES);
      next(control, AgentMessage::hasAck);
      assertThat(Mesh.current().destination("stock", 0).isMesh()).isTrue();
      assertThat(Mesh.current().destination("www.example.com", 0).isMesh()).isFalse();

      BoundPort port =
          Ports.ofThisProcess()
              .bound(new PortInfo(8080, "0.0.0.0", PortProtocol.HTTP, PortTls.NONE, "test"));
      assertThat(nextRegistration(control, InstanceState.READY).getPortsCount()).isEqualTo(1);

      CompletableFuture<Void> stops = CompletableFuture.runAsync(Agent::applicationStops);
      next(control, AgentMessage::hasDrain);
      control.send(ControlMessage.newBuilder().setDrained(Drained.getDefaultInstance()));
      stops.get(20, TimeUnit.SECONDS);
      port.close();
      Agent.applicationStopped();
      next(control, AgentMessage::hasGoodbye);
    }
  }

  private static Registration nextRegistration(FakeControl control, InstanceState state)
      throws InterruptedException {
    return next(
            control,
            message -> message.hasRegistration() && message.getRegistration().getState() == state)
        .getRegistration();
  }

  private static AgentMessage next(FakeControl control, Predicate<AgentMessage> which)
      throws InterruptedException {
    AgentMessage message = control.next();
    while (!which.test(message)) {
      message = control.next();
    }
    return message;
  }
}
