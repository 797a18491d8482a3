package io.weft.core;

import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.call.Faults;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import io.weft.core.config.MeshConfig;
import io.weft.core.config.ServiceKey;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.health.Checkups;
import io.weft.core.link.DataPlane;
import io.weft.core.log.Log;
import io.weft.core.thread.AgentThread;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The mesh as this process sees it: the door through which adapters ask. Thread-safe; asking takes
 * no lock.
 */
public final class Mesh {
  private static final long NAMES_WAIT_SECONDS = 1;
  private static final Mesh ABSENT =
      new Mesh("default", "", CallObserver.NONE, Deadlines.NONE, service -> {});

  private static volatile Mesh current = ABSENT;

  private final MeshConfig config;
  private final CallObserver observer;
  private final Deadlines deadlines;
  private final Consumer<String> subscriber;
  private final @Nullable RandomGenerator fixedChance;
  private final Faults faults = new Faults();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong configGeneration = new AtomicLong();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private volatile @Nullable CountDownLatch firstNames;

  /**
   * @param namespace that of this process
   * @param zone where this process runs; empty where nobody has said it
   * @param observer told of every call
   * @param deadlines of the work at hand
   * @param subscriber told, by {@code namespace/name}, of a service whose config is wanted
   */
  public Mesh(
      String namespace,
      String zone,
      CallObserver observer,
      Deadlines deadlines,
      Consumer<String> subscriber) {
    this(namespace, zone, observer, deadlines, subscriber, null);
  }

  /** As above, with chance of a given kind, for tests. */
  public Mesh(
      String namespace,
      String zone,
      CallObserver observer,
      Deadlines deadlines,
      Consumer<String> subscriber,
      @Nullable RandomGenerator chance) {
    CallObserver quiet = new QuietObserver(observer);
    this.observer = quiet;
    this.config =
        new MeshConfig(
            namespace,
            zone,
            this::configChanged,
            Checkups.ofThisProcess(
                change -> {
                  Log.info(change.document() + ": " + change);
                  quiet.healthChanged(change);
                }));
    this.deadlines = deadlines;
    this.subscriber = subscriber;
    this.fixedChance = chance;
  }

  /** The mesh of this JVM; one that knows no host until the agent has started. */
  public static Mesh current() {
    return current;
  }

  /** Makes a mesh that of this JVM. */
  public static void install(Mesh mesh) {
    current = mesh;
  }

  /**
   * Where a host and port lead. A host outside the mesh costs one lookup and no allocation.
   *
   * <p>While the agent starts and does not know the names of the mesh yet, a call to a host without
   * a dot may wait here, at most a second. What the agent's own threads call is outside.
   *
   * @param host a name in any case, or an IP literal without brackets
   * @param port 0 or less where the URL names none
   */
  public Destination destination(String host, int port) {
    return destination(host, port, Protocol.HTTP);
  }

  /** As above; a host without a port leads to the first that speaks the protocol. */
  public Destination destination(String host, int port, Protocol protocol) {
    boolean grpc = protocol == Protocol.GRPC;
    Destination destination = config.destination(host, port, grpc);
    if (!destination.isMesh() && (firstNames == null || !mayBeService(host))) {
      EgressPolicy shadow = destination.egress();
      if (shadow != null && !AgentThread.isCurrent()) {
        observer.wouldBeDenied(shadow, host);
      }
      return destination;
    }
    if (AgentThread.isCurrent() || faults.tooMany()) {
      return Destination.OUTSIDE;
    }
    if (!destination.isMesh()) {
      awaitNames();
      return config.destination(host, port, grpc);
    }
    return destination;
  }

  /** As above, as things are now and for anybody: nothing is waited for. */
  public Destination lookUp(String host, int port, Protocol protocol) {
    return config.destination(host, port, protocol == Protocol.GRPC);
  }

  /** Which hosts outside may be called; null where nothing says so. */
  public @Nullable EgressPolicy egress() {
    return config.egress();
  }

  /** Begins a call to a destination of the mesh. */
  public OutboundCall call(Destination destination, OutboundRequest request) {
    return new OutboundCall(this, calls.incrementAndGet(), destination, request);
  }

  /** Where pushed config takes effect. */
  public DataPlane dataPlane() {
    return config;
  }

  /** The agent starts: names are on their way until {@link #namesKnown}. */
  public void namesAwaited() {
    firstNames = new CountDownLatch(1);
  }

  /** Names have come, or will not come for now: no call waits for them any more. */
  public void namesKnown() {
    CountDownLatch latch = firstNames;
    if (latch != null) {
      firstNames = null;
      latch.countDown();
    }
  }

  /** Counts the changes of the config. */
  public long configGeneration() {
    return configGeneration.get();
  }

  /**
   * Runs once when the config is newer than {@code seen}, at once if it is already; for a call that
   * is parked.
   */
  public void onConfigAfter(long seen, Runnable wake) {
    waiting.add(wake);
    if (configGeneration.get() != seen && waiting.remove(wake)) {
      wake.run();
    }
  }

  /** What waits for a newer config waits no more. */
  public void forgetConfig(Runnable wake) {
    waiting.remove(wake);
  }

  /** The destination as of now. */
  public Destination refresh(Destination destination) {
    return config.refresh(destination);
  }

  /** Wants the config of a service. */
  public void subscribe(ServiceKey service) {
    subscriber.accept(service.toString());
  }

  /** Counts the agent's own faults on the way of calls. */
  public Faults faults() {
    return faults;
  }

  /** Told of every call. */
  public CallObserver observer() {
    return observer;
  }

  /** The deadline of the work at hand. */
  public Deadlines deadlines() {
    return deadlines;
  }

  /** Where weights, jitter and choices get their chance from. */
  public RandomGenerator chance() {
    return fixedChance != null ? fixedChance : ThreadLocalRandom.current();
  }

  private void configChanged() {
    configGeneration.incrementAndGet();
    namesKnown();
    for (Runnable wake = waiting.poll(); wake != null; wake = waiting.poll()) {
      wake.run();
    }
  }

  private static boolean mayBeService(String host) {
    return host.indexOf('.') < 0 && host.indexOf(':') < 0 && !host.equalsIgnoreCase("localhost");
  }

  private void awaitNames() {
    CountDownLatch latch = firstNames;
    if (latch == null) {
      return;
    }
    try {
      if (!latch.await(NAMES_WAIT_SECONDS, TimeUnit.SECONDS)) {
        namesKnown();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
