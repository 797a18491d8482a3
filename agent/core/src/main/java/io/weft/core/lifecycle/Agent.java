package io.weft.core.lifecycle;

import io.weft.api.v1.Identity;
import io.weft.core.Mesh;
import io.weft.core.explain.Explainer;
import io.weft.core.explain.RecentCalls;
import io.weft.core.identity.LiveTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.inbound.InboundGate;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.inbound.Listeners;
import io.weft.core.link.ControlLink;
import io.weft.core.log.Log;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.InFlight;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.Ports;
import io.weft.core.settings.ReadSettings;
import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import io.weft.core.thread.AgentThread;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The agent in this process, from settings to goodbye.
 *
 * <p>Order: settings are read and the hooks installed before main; then everything that costs time
 * (the cached config, gRPC, control) comes up on an agent thread while main already runs.
 */
public final class Agent {

  // One process, one agent: advice on the JVM's own shutdown has nothing else to find it by.
  private static final AtomicReference<@Nullable Agent> RUNNING = new AtomicReference<>();

  private final Settings settings;
  private final List<String> problems;
  private final Telemetry telemetry;
  private final Mesh mesh;
  private volatile @Nullable ControlLink link;
  private volatile @Nullable Shutdown shutdown;

  private Agent(ReadSettings read, Telemetry telemetry) {
    this.settings = read.settings();
    this.problems = read.problems();
    this.telemetry = telemetry;
    this.mesh =
        new Mesh(
            settings.namespace(),
            settings.zone(),
            telemetry.calls(),
            telemetry.deadlines(),
            this::subscribe);
  }

  /**
   * Reads the settings of this process and says what is wrong with them. Cheap: called before main.
   *
   * @param argument what follows {@code -javaagent:weft-agent.jar=}; empty if nothing
   */
  public static ReadSettings settings(String argument) {
    Properties properties = System.getProperties();
    Map<String, String> named =
        properties.stringPropertyNames().stream()
            .collect(
                Collectors.toMap(Function.identity(), name -> properties.getProperty(name, "")));
    ReadSettings read = SettingsReader.read(argument, named, System.getenv());
    Log.threshold(read.settings().log());
    read.problems().forEach(Log::warn);
    return read;
  }

  /** Puts the mesh into this JVM and brings it up on a thread of its own. Cheap. */
  public static void start(ReadSettings settings, Telemetry telemetry) {
    Agent agent = new Agent(settings, telemetry);
    RUNNING.set(agent);
    agent.mesh.namesAwaited();
    InboundPolicies policies = InboundPolicies.ofThisProcess();
    policies.awaited(agent.settings.strictAtFirst());
    policies.forwards(agent.settings.forwardedCertificate());
    InboundGate.install(policies);
    Listeners.ofThisProcess().exclude(agent.settings.excludedPorts());
    Mesh.install(agent.mesh);
    NativeClasses.initialize();
    AgentThread.of("start", agent::bringUp).start();
  }

  /** The JVM is about to run the application's shutdown hooks. Bounded; never throws. */
  public static void applicationStops() {
    Agent agent = RUNNING.get();
    Shutdown end = agent == null ? null : agent.shutdown;
    if (end != null) {
      end.beforeApplication();
    }
  }

  /** The application's shutdown hooks are done. Bounded; never throws. */
  public static void applicationStopped() {
    Agent agent = RUNNING.get();
    Shutdown end = agent == null ? null : agent.shutdown;
    if (end != null) {
      end.afterApplication();
    }
  }

  private void bringUp() {
    try {
      Identity identity = ThisProcess.identity(settings, AgentVersion.read());
      Ports ports = Ports.ofThisProcess();
      HookReports hooks = HookReports.ofThisProcess();
      LiveTls tls = new LiveTls(InstantSource.system());
      MeshTls.install(tls);
      Listeners listeners = Listeners.ofThisProcess();
      InstanceRecord instance =
          new InstanceRecord(settings, () -> errors(listeners.problems()), ports, hooks);
      ControlLink started =
          ControlLink.create(
              settings,
              identity,
              mesh.dataPlane(),
              tls,
              instance,
              telemetry.edges(),
              new Explainer(
                  mesh,
                  InboundPolicies.ofThisProcess(),
                  RecentCalls.ofThisProcess(),
                  () -> ports.open().stream().map(PortInfo::number).toList(),
                  System::nanoTime),
              mesh::namesKnown);
      link = started;
      shutdown = new Shutdown(started, instance, InFlight.inbound(), settings.drain(), telemetry);
      ports.onChange(started::registrationChanged);
      hooks.onChange(started::registrationChanged);
      listeners.onChange(started::registrationChanged);
      started.start();
      ShutdownHooks.makePresent();
      telemetry.start(identity);
    } catch (RuntimeException | LinkageError e) {
      mesh.namesKnown();
      InboundPolicies.ofThisProcess().notAwaited();
      Log.error("the agent did not come up, calls are left untouched: " + e);
    }
  }

  private List<String> errors(List<String> ofListeners) {
    return Stream.concat(problems.stream(), ofListeners.stream()).toList();
  }

  // Known services alone are subscribed to, and it is the link that makes them known.
  private void subscribe(String service) {
    ControlLink running = link;
    if (running != null) {
      running.subscribe(List.of(service));
    }
  }
}
