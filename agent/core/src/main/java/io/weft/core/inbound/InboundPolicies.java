package io.weft.core.inbound;

import io.weft.api.v1.Inbound;
import io.weft.api.v1.RateShare;
import io.weft.api.v1.Report;
import io.weft.api.v1.Stage;
import io.weft.core.call.Alarms;
import io.weft.core.call.MeshAnswer;
import io.weft.core.config.Source;
import io.weft.core.explain.Stages;
import io.weft.core.identity.Peer;
import io.weft.core.log.Log;
import io.weft.core.telemetry.TelemetryPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What this process asks of those who call it. Asking is for any thread and takes no lock; {@link
 * #apply} is for one at a time.
 *
 * <p>Where it cannot be judged whether a request may come in, it may not.
 */
public final class InboundPolicies implements InboundGate {
  private static final int UNAVAILABLE = 14;

  // What stands for a document where there is none.
  private static final String MESH = Source.BUILT_IN.toString();

  private static final Judgement NOT_KNOWN =
      closed(503, UNAVAILABLE, "mesh the policies of this service are not known yet");
  private static final InboundPolicies OF_THIS_PROCESS = new InboundPolicies(Alarms.shared());

  private final DenialLog log = new DenialLog();
  private final DenialCounts denials = new DenialCounts();
  private final Set<String> unknownKeys = ConcurrentHashMap.newKeySet();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final ColdStart coldStart;
  private volatile @Nullable CompiledPolicies inForce;
  private volatile InForce handle = new InForce(null);
  private volatile boolean strictAtFirst;
  // Of limits that instances share; 0 while control has not told it, and each instance has all.
  private volatile double share;
  private volatile ForwardedCertificate forwarded = ForwardedCertificate.OFF;

  InboundPolicies(Alarms alarms) {
    this.coldStart = new ColdStart(alarms, this::sayWhatHolds);
  }

  /** Others, for tests. */
  public static InboundPolicies separate() {
    return new InboundPolicies(Alarms.shared());
  }

  /** Those of this JVM. */
  public static InboundPolicies ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * Policies are on their way: what comes in before them waits, five seconds at most.
   *
   * @param strict whether what came before them in vain is refused
   */
  public void awaited(boolean strict) {
    strictAtFirst = strict;
    coldStart.begin();
  }

  /** Nobody is there to bring any: nothing waits for them. */
  public void notAwaited() {
    coldStart.end();
  }

  /** Calls the listener, on the thread that applies, after each change of what is in force. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** What applications are told of callers' certificates. */
  public void forwards(ForwardedCertificate certificate) {
    forwarded = certificate;
  }

  ForwardedCertificate forwardedCertificate() {
    return forwarded;
  }

  /** Policies that could be put in force. */
  public static final class Prepared {
    private final CompiledPolicies policies;

    private Prepared(CompiledPolicies policies) {
      this.policies = policies;
    }
  }

  /**
   * Makes policies ready, without putting them in force.
   *
   * @param trustDomain that of this mesh; empty if it is not known
   * @throws IllegalArgumentException in one line, if they cannot be enforced as they are
   */
  public Prepared prepare(Inbound inbound, String trustDomain) {
    CompiledPolicies policies =
        new CompiledPolicies(inbound, trustDomain, inForce, this::unknownKey);
    if (share > 0) {
      policies.share(share, System.nanoTime());
    }
    return new Prepared(policies);
  }

  /** Puts them in force. */
  public void apply(Prepared prepared) {
    inForce = prepared.policies;
    handle = new InForce(prepared.policies);
    changed();
  }

  /** Takes the part of this instance in limits that all instances of its service share. */
  public void share(RateShare told) {
    if (told.getShare() <= 0 || (told.getFirst() && share > 0)) {
      return;
    }
    share = told.getShare();
    CompiledPolicies policies = inForce;
    if (policies != null) {
      policies.share(told.getShare(), System.nanoTime());
    }
  }

  /** Adds to a report what has come up since the last. For any thread. */
  public void addTo(Report.Builder report) {
    for (String uri : List.copyOf(unknownKeys)) {
      unknownKeys.remove(uri);
      report.addUnknownKeys(uri);
    }
    denials.addTo(report);
    CompiledPolicies policies = inForce;
    if (policies != null) {
      policies.rateDemand().ifPresent(report::setRateDemand);
    }
  }

  private void unknownKey(String uri) {
    // The uris are documents' own, and so are few.
    if (!unknownKeys.contains(uri)) {
      unknownKeys.add(uri);
    }
  }

  /** The first that came cannot be enforced: until others come, nothing comes in. */
  public void refuseAll() {
    if (inForce == null) {
      strictAtFirst = true;
      changed();
    }
  }

  /** Whether any are in force. */
  public boolean isEmpty() {
    return inForce == null;
  }

  private void changed() {
    coldStart.end();
    listeners.forEach(Runnable::run);
  }

  private void sayWhatHolds() {
    Log.warn(
        "the policies of this service have not come in %d s: until they do, requests are %s"
                .formatted(
                    ColdStart.PATIENCE.toSeconds(), strictAtFirst ? "refused" : "let in unjudged")
            + " (weft.initial)");
  }

  @Override
  public boolean isSettled() {
    return coldStart.isOver();
  }

  @Override
  public void whenSettled(Runnable then) {
    coldStart.whenOver(then);
  }

  /**
   * The document under which strangers must not reach a server that nobody guards; empty if they
   * may.
   *
   * @param peerAddress a literal; empty for anybody's
   */
  Optional<String> barredBy(int localPort, String peerAddress) {
    CompiledPolicies policies = inForce;
    if (policies == null) {
      return strictAtFirst ? Optional.of("weft.initial=strict") : Optional.empty();
    }
    return policies.barredBy(localPort, peerAddress).map(Source::toString);
  }

  /** Whether a connection must not reach a server that nobody guards, which is said. */
  boolean bars(int localPort, String peerAddress) {
    Optional<String> document = barredBy(localPort, peerAddress);
    document.ifPresent(by -> log.barred(by, localPort, peerAddress));
    return document.isPresent();
  }

  /** Whether what is not mutual TLS is denied at a port by MutualTls. */
  boolean isStrictAt(int localPort) {
    CompiledPolicies policies = inForce;
    return policies != null && policies.isStrictAt(localPort);
  }

  @Override
  public boolean admitsPlaintext(int localPort, String peerAddress) {
    if (!coldStart.await()) {
      return false;
    }
    boolean refused = demandsTls(localPort, peerAddress);
    if (refused) {
      CompiledPolicies policies = inForce;
      log.refusedPlaintext(localPort, peerAddress);
      denials.count(Peer.UNKNOWN, policies == null ? MESH : policies.mutualTlsSource(), false);
    }
    return !refused;
  }

  @Override
  public boolean demandsTls(int localPort, String peerAddress) {
    CompiledPolicies policies = inForce;
    try {
      return policies == null ? strictAtFirst : !policies.admitsPlaintext(localPort, peerAddress);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("plaintext is refused, as it cannot be judged: " + e);
      return true;
    }
  }

  @Override
  public void refusedHandshake(int localPort, String peerAddress, Throwable why) {
    log.refusedHandshake(localPort, peerAddress, why);
  }

  /** What is told of requests. */
  TelemetryPolicy telemetry() {
    CompiledPolicies policies = inForce;
    return policies == null ? TelemetryPolicy.NONE : policies.telemetry();
  }

  /** Whether a request may come in; waits until that is known. Never throws. */
  Judgement judge(InboundRequest request) {
    Judgement judgement = judged(request);
    if (judgement.denial() == null && judgement.shadow().isEmpty()) {
      return judgement;
    }
    try {
      record(request, judgement);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("a denial stands, but cannot be told of: " + e);
    }
    return judgement;
  }

  private void record(InboundRequest request, Judgement judgement) {
    if (judgement.denial() != null) {
      log.denied(request, judgement);
      denials.count(request.peer(), judgement.by(), false);
    }
    for (String by : judgement.shadow()) {
      denials.count(request.peer(), by, true);
    }
  }

  private Judgement judged(InboundRequest request) {
    if (!isSettled() && !(request.mayWait() && coldStart.await())) {
      return NOT_KNOWN;
    }
    CompiledPolicies policies = inForce;
    if (policies == null) {
      return strictAtFirst ? NOT_KNOWN : Judgement.ADMITTED;
    }
    try {
      return policies.judge(request, System.nanoTime(), ThreadLocalRandom.current());
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("requests are denied, as they cannot be judged: " + e);
      return closed(403, 7, "mesh denied");
    }
  }

  /** What would be made of a request, line by line; takes nothing from a rate limit. */
  public List<Stage> explain(InboundRequest request) {
    CompiledPolicies policies = inForce;
    if (!isSettled() || policies == null) {
      return strictAtFirst || !isSettled()
          ? new Stages()
              .stop(
                  "mesh",
                  "the policies of this service are not known yet: 503",
                  Source.BUILT_IN,
                  "",
                  List.of())
          : new Stages().add("mesh", "no policies are known", Source.BUILT_IN, "").all();
    }
    return policies.explain(request, System.nanoTime());
  }

  /** The policies that were in force when a request was judged. */
  public static final class InForce {
    private final @Nullable CompiledPolicies policies;

    private InForce(@Nullable CompiledPolicies policies) {
      this.policies = policies;
    }

    /** What was made of a request, line by line. */
    public List<Stage> recall(InboundRequest request, Judgement judgement) {
      return policies == null
          ? new InboundStages(judgement, false).all()
          : policies.recall(request, judgement);
    }
  }

  /** Those of now. Cheap. */
  public InForce inForce() {
    return handle;
  }

  private static Judgement closed(int status, int grpcCode, String reason) {
    return new Judgement(new MeshAnswer(status, grpcCode, reason, List.of()), MESH, List.of());
  }
}
