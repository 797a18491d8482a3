package io.weft.core.inbound;

import io.weft.core.log.Log;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import io.weft.core.thread.AgentThread;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The sockets on which this process listens, and whether an adapter guards what comes in at them.
 * Where the policies of the service bar strangers, a server that nobody guards does not get to bind
 * a port of its choice, and what comes in at one that is bound already is shut.
 *
 * <p>Left alone are sockets bound to a loopback address, excluded ports, and the JVM's own that
 * take callers of this machine alone. Thread-safe; at an accepted connection it costs one read of a
 * volatile field while all listeners are guarded.
 */
public final class Listeners {
  private static final Listeners OF_THIS_PROCESS =
      new Listeners(
          InboundPolicies.ofThisProcess(), HookReports.ofThisProcess(), Ports.ofThisProcess());

  private final InboundPolicies policies;
  private final HookReports hooks;
  private final Ports ports;
  private final List<Expected> expected = new CopyOnWriteArrayList<>();
  private final Map<InetSocketAddress, Listener> listeners = new ConcurrentHashMap<>();
  private final Map<Integer, String> refusedToBind = new ConcurrentHashMap<>();
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final Set<Integer> ownTls = ConcurrentHashMap.newKeySet();
  private volatile Set<Integer> excluded = Set.of();
  private volatile boolean anyUnguarded;

  Listeners(InboundPolicies policies, HookReports hooks, Ports ports) {
    this.policies = policies;
    this.hooks = hooks;
    this.ports = ports;
    policies.onChange(this::review);
    hooks.onChange(this::review);
    ports.onChange(this::review);
  }

  /** Those of this JVM. */
  public static Listeners ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** These ports are not the service's. */
  public void exclude(Set<Integer> these) {
    excluded = Set.copyOf(these);
  }

  /** Calls the listener after each change of {@link #problems}. */
  public void onChange(Runnable watcher) {
    watchers.add(watcher);
  }

  /** A server is about to bind that an adapter guards. */
  public interface Expectation extends AutoCloseable {
    /** It has bound, or failed to. */
    @Override
    void close();
  }

  /**
   * The calling thread is about to bind for a server that an adapter guards.
   *
   * @param library what begins the names of its hooks, as they are reported
   */
  public Expectation expect(String library) {
    return expect(new Expected(library, Thread.currentThread(), List.of()));
  }

  /** Some thread is about to bind to these for such a server. */
  public Expectation expect(String library, List<? extends SocketAddress> addresses) {
    return expect(new Expected(library, null, List.copyOf(addresses)));
  }

  private Expectation expect(Expected one) {
    expected.add(one);
    return () -> expected.remove(one);
  }

  /**
   * A socket is about to be bound.
   *
   * @param address null for any
   * @throws BindException in one line, if it must not be
   */
  public void binding(@Nullable SocketAddress address) throws BindException {
    Optional<String> refusal;
    try {
      refusal = refusal(address);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("a socket is bound without being looked at: " + e);
      return;
    }
    if (refusal.isPresent()) {
      throw new BindException(refusal.get());
    }
  }

  private Optional<String> refusal(@Nullable SocketAddress address) {
    // A port that the system chooses is nobody's address: what comes in at it is looked at.
    if (!(address instanceof InetSocketAddress at)
        || at.getPort() == 0
        || policies.isEmpty()
        || isExempt(at)
        || isGuarded(guardian(at.getPort()))) {
      return Optional.empty();
    }
    Optional<String> bar = policies.barredBy(at.getPort(), "");
    if (bar.isEmpty()) {
      return Optional.empty();
    }
    String why = because(bar.get(), at.getPort());
    String line = "port " + at.getPort() + " is not bound: " + why;
    if (!line.equals(refusedToBind.put(at.getPort(), line))) {
      Log.errorOnce(line);
      watchers.forEach(Runnable::run);
    }
    return Optional.of(why);
  }

  /**
   * A socket is bound. Never throws.
   *
   * @param asked for; null for any
   * @param address it has now
   */
  public void bound(
      Closeable socket, @Nullable SocketAddress asked, @Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress at) || isExempt(at) || isLocalManagement(socket)) {
      return;
    }
    boolean chosen = asked instanceof InetSocketAddress wanted && wanted.getPort() != 0;
    refusedToBind.remove(at.getPort());
    listeners.put(at, new Listener(at, chosen, socket, guardian(at.getPort())));
    review();
  }

  /**
   * A listener has taken a connection, and hands it to the application next: shuts it, as if its
   * peer had gone, if it must not come in. Never throws.
   */
  public void accepted(Listening listener, Closeable connection) {
    if (!anyUnguarded) {
      return;
    }
    try {
      SocketAddress address = listener.address();
      Listener at = address == null ? null : listeners.get(address);
      if (at != null && !at.guarded && at.takes(connection, policies)) {
        review();
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      Log.warnOnce("a connection is shut, as it cannot be judged: " + e);
      shut(connection);
    }
  }

  /** Where a socket listens; asked only where it matters. */
  public interface Listening {
    /** Its address. */
    @Nullable SocketAddress address() throws IOException;
  }

  /** What strangers are kept from, and what can be done about it, a line for each port. */
  public List<String> problems() {
    Map<Integer, String> lines = new TreeMap<>(refusedToBind);
    for (Listener each : listeners.values()) {
      int port = each.address.getPort();
      if (!each.guarded && (each.chosen || each.hasShut) && each.isOpen()) {
        policies
            .barredBy(port, "")
            .ifPresent(
                document ->
                    lines.put(
                        port,
                        "port " + port + " takes no connections: " + because(document, port)));
      }
    }
    for (PortInfo each : ports.open()) {
      if (each.tls() == PortTls.APP
          && !excluded.contains(each.number())
          && policies.isStrictAt(each.number())) {
        lines.putIfAbsent(
            each.number(),
            "port "
                + each.number()
                + " speaks TLS of the application's own, in which nobody is known to the mesh: its"
                + " requests are denied, as MutualTls is STRICT; exempt the port in MutualTls to let"
                + " them in");
      }
    }
    return new ArrayList<>(lines.values());
  }

  private String because(String document, int port) {
    return document
        + " bars strangers, and "
        + leftAlone()
        + "; upgrade it to a supported version, exempt port "
        + port
        + " in MutualTls, or exclude it by weft.ports.exclude";
  }

  // Which library it is that listens cannot be told; those that were met can.
  private String leftAlone() {
    List<String> names =
        hooks.all().stream()
            .filter(report -> !report.active())
            .map(report -> (report.library() + " " + report.version()).strip())
            .distinct()
            .toList();
    return names.isEmpty()
        ? "the agent cannot guard the server there"
        : "the agent cannot guard the server there (" + String.join(", ", names) + ")";
  }

  // Policies, hooks or sockets are others now.
  private void review() {
    listeners.values().removeIf(each -> !each.isOpen());
    boolean any = false;
    for (Listener each : listeners.values()) {
      each.guarded = isGuarded(each.guardian);
      if (!each.guarded) {
        any = true;
        each.review(policies);
      }
    }
    anyUnguarded = any;
    for (PortInfo each : ports.open()) {
      if (each.tls() == PortTls.APP && ownTls.add(each.number())) {
        Log.info(
            "port " + each.number() + " speaks TLS of the application's own, which is left alone");
      }
    }
    problems().forEach(Log::errorOnce);
    watchers.forEach(Runnable::run);
  }

  private boolean isExempt(InetSocketAddress at) {
    InetAddress address = at.getAddress();
    return AgentThread.isCurrent()
        || excluded.contains(at.getPort())
        || (address != null && address.isLoopbackAddress());
  }

  // Of the attach mechanism: it closes what does not come from this machine by itself.
  private static boolean isLocalManagement(Object socket) {
    return socket.getClass().getName().startsWith("sun.management.jmxremote.LocalRMI");
  }

  private @Nullable String guardian(int port) {
    for (Expected each : expected) {
      if (each.by == Thread.currentThread() || each.hasPort(port)) {
        return each.library;
      }
    }
    return null;
  }

  private boolean isGuarded(@Nullable String library) {
    if (library == null) {
      return false;
    }
    for (HookReport report : hooks.all()) {
      if (!report.active() && report.library().startsWith(library)) {
        return false;
      }
    }
    return true;
  }

  private static void shut(Closeable connection) {
    try {
      if (connection instanceof SocketChannel channel) {
        channel.shutdownInput();
        channel.shutdownOutput();
      } else if (connection instanceof AsynchronousSocketChannel channel) {
        channel.shutdownInput();
        channel.shutdownOutput();
      } else if (connection.getClass().getName().startsWith("java.net.Socket")
          && connection instanceof Socket socket) {
        socket.shutdownInput();
        socket.shutdownOutput();
      } else {
        connection.close();
      }
    } catch (IOException | RuntimeException e) {
      // It is gone.
    }
  }

  private static String peer(Closeable connection) throws IOException {
    SocketAddress peer = null;
    if (connection instanceof SocketChannel channel) {
      peer = channel.getRemoteAddress();
    } else if (connection instanceof AsynchronousSocketChannel channel) {
      peer = channel.getRemoteAddress();
    } else if (connection instanceof Socket socket) {
      peer = socket.getRemoteSocketAddress();
    }
    return peer instanceof InetSocketAddress at && at.getAddress() != null
        ? at.getAddress().getHostAddress()
        : "";
  }

  /** One who will bind soon: this thread, or any thread to these. */
  private record Expected(
      String library, @Nullable Thread by, List<? extends SocketAddress> addresses) {
    boolean hasPort(int port) {
      return addresses.stream()
          .anyMatch(
              each ->
                  each instanceof InetSocketAddress at
                      && (at.getPort() == port || at.getPort() == 0));
    }
  }

  /** One that listens, and whom it has taken while nobody guarded it. */
  private static final class Listener {
    private final InetSocketAddress address;
    private final boolean chosen;
    private final WeakReference<Closeable> socket;
    private final @Nullable String guardian;
    private final Set<Closeable> taken =
        Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private volatile boolean guarded;
    private volatile boolean hasShut;

    /**
     * @param chosen whether its port is one that somebody has asked for
     * @param guardian the library that guards it, if its hooks are in place
     */
    Listener(
        InetSocketAddress address, boolean chosen, Closeable socket, @Nullable String guardian) {
      this.address = address;
      this.chosen = chosen;
      this.socket = new WeakReference<>(socket);
      this.guardian = guardian;
    }

    boolean isOpen() {
      Closeable open = socket.get();
      return open instanceof ServerSocket server
          ? !server.isClosed()
          : open instanceof Channel channel && channel.isOpen();
    }

    /** Shuts a connection that must not come in; whether it is the first. */
    boolean takes(Closeable connection, InboundPolicies policies) throws IOException {
      taken.add(connection);
      if (!policies.bars(address.getPort(), peer(connection))) {
        return false;
      }
      shut(connection);
      boolean first = !hasShut;
      hasShut = true;
      return first;
    }

    /** Shuts those taken before that must not be there any more. */
    void review(InboundPolicies policies) {
      List<Closeable> all;
      synchronized (taken) {
        all = List.copyOf(taken);
      }
      for (Closeable each : all) {
        try {
          if (policies.bars(address.getPort(), peer(each))) {
            taken.remove(each);
            shut(each);
          }
        } catch (IOException e) {
          // It is closed.
          taken.remove(each);
        }
      }
    }
  }
}
