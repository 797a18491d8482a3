package io.weft.core.registry;

import io.weft.api.v1.Hook;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.MutualTlsMode;
import io.weft.core.settings.Settings;
import java.util.List;
import java.util.function.Supplier;

/**
 * What control is told of this process: where it can be reached, on which ports, in which state,
 * and what the agent did in it.
 *
 * <p>READY once a registered port listens, DRAINING for good once the process has begun to stop.
 * Thread-safe.
 */
public final class InstanceRecord {

  private static final int WEIGHT = 100;

  private final Settings settings;
  private final Supplier<List<String>> errors;
  private final Ports ports;
  private final HookReports hooks;
  private volatile boolean draining;

  /**
   * @param errors what is wrong now, for {@code weft status}
   */
  public InstanceRecord(
      Settings settings, Supplier<List<String>> errors, Ports ports, HookReports hooks) {
    this.settings = settings;
    this.errors = errors;
    this.ports = ports;
    this.hooks = hooks;
  }

  /** Whether others may be calling this process. */
  public boolean serves() {
    return !registered().isEmpty();
  }

  /** The process has begun to stop; there is no way back. */
  public void drain() {
    draining = true;
  }

  /**
   * The record as it stands now.
   *
   * @param controlOnThisMachine whether control is reached by a loopback address
   */
  public Registration registration(boolean controlOnThisMachine) {
    List<PortInfo> registered = registered();
    Registration.Builder registration =
        Registration.newBuilder()
            .addAllAddresses(addresses(registered, controlOnThisMachine))
            .setState(state(registered))
            .setWeight(WEIGHT)
            .addAllErrors(errors.get());
    MeshTls tls = MeshTls.current();
    registered.forEach(port -> registration.addPorts(port(port, tls)));
    if (tls.ready()) {
      registration.setSvid(tls.describe());
    }
    hooks.all().forEach(hook -> registration.addHooks(hook(hook)));
    return registration.build();
  }

  private List<PortInfo> registered() {
    return ports.open().stream()
        .filter(port -> !settings.excludedPorts().contains(port.number()))
        .toList();
  }

  private InstanceState state(List<PortInfo> registered) {
    if (draining) {
      return InstanceState.DRAINING;
    }
    return registered.isEmpty() ? InstanceState.STARTING : InstanceState.READY;
  }

  // A port bound to one address is reached there and nowhere else. Nothing said lets control take
  // the
  // address it sees; and so it is with a loopback address unless control shares it, since elsewhere
  // it would name another machine.
  private List<String> addresses(List<PortInfo> registered, boolean controlOnThisMachine) {
    if (settings.address().isPresent()) {
      return List.of(settings.address().get());
    }
    List<String> bound = registered.stream().map(PortInfo::address).distinct().toList();
    if (bound.size() != 1
        || BoundAddress.isWildcard(bound.get(0))
        || (BoundAddress.isLoopback(bound.get(0)) && !controlOnThisMachine)) {
      return List.of();
    }
    return bound;
  }

  private static InstancePort port(PortInfo port, MeshTls tls) {
    boolean offered = tls.ready() && tls.mode() != MutualTlsMode.DISABLED;
    return InstancePort.newBuilder()
        .setNumber(port.number())
        .setProtocol(port.protocol().wireName())
        .setTls(
            switch (port.tls()) {
              case MESH -> offered ? io.weft.api.v1.PortTls.MESH : io.weft.api.v1.PortTls.NONE;
              case NONE -> io.weft.api.v1.PortTls.NONE;
              case APP -> io.weft.api.v1.PortTls.APP;
            })
        .setPlaintext(port.tls() == PortTls.MESH && offered && tls.mode() != MutualTlsMode.STRICT)
        .build();
  }

  private static Hook hook(HookReport hook) {
    return Hook.newBuilder()
        .setLibrary(hook.library())
        .setVersion(hook.version())
        .setActive(hook.active())
        .setReason(hook.reason())
        .build();
  }
}
