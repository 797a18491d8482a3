package io.weft.core;

import io.weft.core.inbound.InboundObserver;
import io.weft.core.instrument.Hooks;
import io.weft.core.lifecycle.Agent;
import io.weft.core.settings.ReadSettings;
import io.weft.core.telemetry.OtelTelemetry;
import java.lang.instrument.Instrumentation;

/** Where the bootstrap hands over, before main. */
public final class AgentStart {
  private AgentStart() {}

  /**
   * Hooks the libraries and lets all that costs time come up on threads of its own.
   *
   * @param argument what follows {@code -javaagent:weft-agent.jar=}; empty if nothing
   * @throws ReflectiveOperationException if the agent jar is damaged
   */
  public static void start(String argument, Instrumentation instrumentation)
      throws ReflectiveOperationException {
    ReadSettings settings = Agent.settings(argument);
    if (!settings.settings().active()) {
      return;
    }
    OtelTelemetry telemetry = new OtelTelemetry();
    InboundObserver.install(telemetry);
    Hooks hooks = Hooks.install(instrumentation);
    Agent.start(settings, telemetry);
    hooks.comeUp();
  }
}
