package io.weft.core.lifecycle;

import io.weft.core.link.ControlLink;
import io.weft.core.link.DataPlane;
import io.weft.core.link.EdgeStats;
import io.weft.core.log.Log;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.InFlight;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.registry.Ports;
import io.weft.core.settings.ReadSettings;
import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import io.weft.core.thread.AgentThread;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
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
  private final DataPlane dataPlane;
  private final EdgeStats edges;
  private final TelemetryEnd telemetry;
  private volatile @Nullable ControlLink link;
  private volatile @Nullable Shutdown shutdown;

  private Agent(ReadSettings read, DataPlane dataPlane, EdgeStats edges, TelemetryEnd telemetry) {
    this.settings = read.settings();
    this.problems = read.problems();
    this.dataPlane = dataPlane;
    this.edges = edges;
    this.telemetry = telemetry;
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

  /**
   * Brings the agent up, on a thread of its own.
   *
   * @return the agent, already usable: what it is told before it is up is done once it is
   */
  public static Agent start(
      ReadSettings settings, DataPlane dataPlane, EdgeStats edges, TelemetryEnd telemetry) {
    Agent agent = new Agent(settings, dataPlane, edges, telemetry);
    RUNNING.set(agent);
    AgentThread.of("start", agent::bringUp).start();
    return agent;
  }

  /** The application calls these services, each as {@code namespace/name}. Thread-safe. */
  public void subscribe(Collection<String> services) {
    ControlLink running = link;
    if (running != null) {
      running.subscribe(services);
    }
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
      Ports ports = Ports.ofThisProcess();
      HookReports hooks = HookReports.ofThisProcess();
      InstanceRecord instance = new InstanceRecord(settings, problems, ports, hooks);
      ControlLink started =
          ControlLink.create(
              settings,
              ThisProcess.identity(settings, AgentVersion.read()),
              dataPlane,
              instance,
              edges);
      link = started;
      shutdown = new Shutdown(started, instance, InFlight.inbound(), settings.drain(), telemetry);
      ports.onChange(started::registrationChanged);
      hooks.onChange(started::registrationChanged);
      started.start();
      ShutdownHooks.makePresent();
    } catch (RuntimeException | LinkageError e) {
      Log.error("the agent did not come up, calls are left untouched: " + e);
    }
  }
}
