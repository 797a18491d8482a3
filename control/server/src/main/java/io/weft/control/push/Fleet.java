package io.weft.control.push;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Backend;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.CertificateRequest;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Hello;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.Version;
import io.weft.api.v1.Welcome;
import io.weft.control.accept.Accepted;
import io.weft.control.compile.Compiler;
import io.weft.control.compile.NamesHistory;
import io.weft.control.compile.ServiceId;
import io.weft.control.edge.Denials;
import io.weft.control.edge.Edges;
import io.weft.control.identity.Holder;
import io.weft.control.identity.IssueException;
import io.weft.control.identity.Revoked;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.join.Joined;
import io.weft.control.keys.KeySets;
import io.weft.control.loop.DaemonThreads;
import io.weft.control.loop.Loop;
import io.weft.control.registry.Instance;
import io.weft.control.registry.Registry;
import io.weft.control.share.RateShares;
import io.weft.control.share.Shares;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All agents connected to this replica: sends each what it uses as that changes. Confined to the
 * loop.
 */
public final class Fleet {
  private static final int REPORT_INTERVAL_MILLIS = 1_000;

  /** More agents report the more seldom: most of what control hears is reports. */
  private static final int REPORTS_PER_INTERVAL = 1_000;

  private static final int LONGEST_REPORT_INTERVAL_MILLIS = 5_000;

  /** At a time, so that nobody's news waits for it. */
  private static final int MOST_TOLD_OF_INTERVALS = 500;

  /** How long a burst of changes is waited out, and how long at most. */
  private static final Duration DEBOUNCE = Duration.ofMillis(10);

  private static final Duration DEBOUNCE_AT_MOST = Duration.ofMillis(100);

  /** How long a draining instance waits for its callers to know. */
  private static final Duration DRAIN_AT_MOST = Duration.ofSeconds(2);

  /** Longer than agents wait for an answer, ten seconds, and ten more until they try again. */
  private static final Duration COME_BACK = Duration.ofSeconds(25);

  private static final int FEW_CALLERS = 8;

  /** For each agent that is to be told: the pause between names of services and further ones. */
  private static final Duration BETWEEN_NAMES = Duration.ofNanos(200_000);

  /** For each endpoint of a service: the pause between changes of them and further ones. */
  private static final Duration BETWEEN_ENDPOINTS = Duration.ofNanos(100_000);

  private final Loop loop;
  private final Clock clock;
  private final String replica;
  private final Supplier<List<String>> replicas;
  private final Edges edges;
  private final Denials denials;
  private final RateShares rates;
  private final Map<ServiceId, RateLimit> limits = new HashMap<>();
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Callers callers = new Callers();
  private final NamesHistory names = new NamesHistory();
  // Those for whom something may be new that they have not been sent.
  private final Set<Session> behind = new LinkedHashSet<>();
  // Large services by when changes of their endpoints were last told, and those that have changed
  // since.
  private final Map<ServiceId, Long> endpointsTold = new HashMap<>();
  private final Set<ServiceId> gathering = new HashSet<>();
  private final Set<Session> drains = new LinkedHashSet<>();
  private final Set<Session> refused = new LinkedHashSet<>();
  private final ExecutorService signing =
      Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          DaemonThreads.named("weft-signing"));
  private @Nullable Registry registry;
  private volatile @Nullable WorkloadAuthority authority;
  private @Nullable KeySets keys;
  private Accepted accepted = new Accepted(0, 0, Map.of());
  private Compiler compiler = new Compiler(accepted, Map.of());
  private Map<String, Instant> lostSince = Map.of();
  private Instant named = Instant.EPOCH;
  private boolean naming;
  private long dirtySince;
  private long flushed = System.nanoTime();
  private int flushes;
  private boolean dirty;
  private boolean allBehind;
  private boolean informed;

  /**
   * @param replicas addresses of all replicas, for agents to turn to
   */
  public Fleet(
      Loop loop,
      Clock clock,
      String replica,
      Supplier<List<String>> replicas,
      Edges edges,
      Denials denials,
      Shares shares) {
    this.loop = loop;
    this.clock = clock;
    this.replica = replica;
    this.replicas = replicas;
    this.edges = edges;
    this.denials = denials;
    this.rates =
        new RateShares(
            shares,
            System::nanoTime,
            service -> limits.computeIfAbsent(service, this::limit),
            service -> registry().ready(service));
  }

  /** Where instances are; told once, before any agent connects. */
  public void registry(Registry where) {
    registry = where;
  }

  /** Who signs certificates; told once, before any agent connects. */
  public void authority(WorkloadAuthority who) {
    authority = who;
  }

  /** Who fetches the keys of issuers; told once, before any agent connects. */
  public void keys(KeySets who) {
    keys = who;
  }

  /**
   * Agents with an identity on any replica, but for those that have been lost for so long that they
   * would have come back: one whose replica has just gone still calls and is called.
   */
  public List<Holder> holders() {
    Instant now = clock.instant();
    Map<String, Instant> lost = new HashMap<>();
    List<Holder> holders = new ArrayList<>();
    for (Instance each : registry().instances()) {
      if (each.state() == InstanceState.LOST) {
        lost.put(each.uid(), lostSince.getOrDefault(each.uid(), now));
      }
      Instant since = lost.getOrDefault(each.uid(), now);
      if (!each.rootHash().isEmpty() && now.isBefore(since.plus(COME_BACK))) {
        holders.add(new Holder(each.rootHash(), each.trustHash()));
      }
    }
    lostSince = lost;
    return holders;
  }

  /** Another signer signs: what agents hold is to be renewed. */
  public void renew() {
    sessions.values().forEach(Session::renew);
  }

  /** Ends the streams of a principal, which must prove itself anew. */
  public void revoked(Revoked principal) {
    for (Session session : List.copyOf(sessions.values())) {
      if (session.agent().spiffeId().equals(principal.spiffeId())) {
        expel(session, Status.UNAUTHENTICATED, principal.spiffeId() + " has been revoked");
      }
    }
  }

  /** Ends the streams that were opened with a join token. */
  public void tokenGone(String id) {
    for (Session session : List.copyOf(sessions.values())) {
      if (session.agent().joined().token().equals(id)) {
        expel(
            session,
            Status.UNAUTHENTICATED,
            "the join token " + id + " has been revoked: weft token create makes a new one");
      }
    }
  }

  /** Ends the streams whose credential has ended. */
  public void expire() {
    List.copyOf(sessions.values()).forEach(this::isExpired);
  }

  /**
   * Tells agents how many processes call what they call, as far as this replica knows: where many
   * do, each checks the endpoints the more seldom.
   */
  public void tellCallers() {
    Map<ServiceId, Integer> counts = new HashMap<>();
    for (Session session : sessions.values()) {
      session.subscriptions().forEach(service -> counts.merge(service, 1, Integer::sum));
    }
    int all = Math.max(1, replicas.get().size());
    // A power of two, so that it is not another number with each who comes.
    counts.replaceAll((service, count) -> Integer.highestOneBit(count * all * 2 - 1));
    Map<ServiceId, String> many = new HashMap<>();
    counts.forEach(
        (service, count) -> {
          if (count > FEW_CALLERS) {
            many.put(service, service.toString());
          }
        });
    for (Session session : sessions.values()) {
      Map<String, Integer> told = new HashMap<>();
      for (ServiceId service : session.subscriptions()) {
        String name = many.get(service);
        if (name != null) {
          told.put(name, counts.getOrDefault(service, 1));
        }
      }
      session.callers(told);
    }
  }

  /**
   * Tells agents how often to report, where there are more or fewer of them by now than when they
   * came. Not all at once, and none with each who comes and goes.
   */
  public void tellReportIntervals() {
    int agents = agents();
    int told = 0;
    for (Session session : sessions.values()) {
      ServiceId service = session.agent().service();
      int wanted = reportIntervalMillis(service, agents);
      boolean tooOften = session.reportMillis() < wanted;
      boolean tooSeldom =
          session.reportMillis() > reportIntervalMillis(service, agents + agents / 4);
      if ((tooOften || tooSeldom) && told < MOST_TOLD_OF_INTERVALS) {
        session.reportEvery(wanted);
        told++;
      }
    }
  }

  private boolean isExpired(Session session) {
    Joined joined = session.agent().joined();
    if (!joined.isOver(clock.instant())) {
      return false;
    }
    expel(session, Status.UNAUTHENTICATED, joined.name() + " has ended at " + joined.until());
    return true;
  }

  // Callers lose it, too, unless it comes back with something better.
  private void expel(Session session, Status status, String reason) {
    session.end(status.withDescription(reason));
    forget(session);
    registry().expelled(session.agent().uid());
    finishDrains();
  }

  /** Documents and services are known, so that it can be told who may be what. */
  boolean isReady() {
    return informed && authority().trust() != null;
  }

  /** What stands against an agent's being what it says it is, in one line; empty if nothing. */
  Optional<String> objection(Agent agent) {
    ServiceId service = agent.service();
    String principal = agent.joined().principal();
    if (compiler.isExternal(service)) {
      return Optional.of(
          service + " is an ExternalService, which stands for hosts outside the mesh alone");
    }
    List<String> allowed = compiler.principals(service);
    if (!allowed.isEmpty() && !allowed.contains(principal)) {
      return Optional.of(
          agent.joined().name()
              + " proves principal "
              + agent.joined().who()
              + ", which may not be "
              + service
              + ": its Service allows "
              + String.join(", ", allowed));
    }
    if (principal.isEmpty()) {
      Optional<ServiceId> listing = compiler.listing(service.namespace(), service.name());
      if (listing.isPresent()) {
        return Optional.of(
            agent.joined().name()
                + " proves membership alone, and "
                + service
                + " is a principal of Service "
                + listing.get()
                + ": it needs a token of its own (weft token create --principal "
                + service.name()
                + " --namespace "
                + service.namespace()
                + ")");
      }
    }
    Session same = sessions.get(agent.uid());
    boolean another =
        same != null
            ? !same.agent().service().equals(service)
                || !same.agent().spiffeId().equals(agent.spiffeId())
            : registry()
                .instance(agent.uid())
                .filter(
                    each ->
                        !each.id().equals(service)
                            || !(each.principal().isEmpty()
                                || each.principal().equals(agent.spiffeId())))
                .isPresent();
    return another
        ? Optional.of("instance " + agent.uid() + " is somebody else's")
        : Optional.empty();
  }

  /** Documents in force have changed. */
  public void accepted(Accepted now) {
    accepted = now;
    keys().accepted(now);
    informed = true;
    recompile();
    for (Session session : List.copyOf(sessions.values())) {
      objection(session.agent())
          .ifPresent(reason -> expel(session, Status.PERMISSION_DENIED, reason));
    }
    // Somebody waits for it; what is written right after it is gathered.
    if (System.nanoTime() - flushed > DEBOUNCE.toNanos()) {
      flush();
    }
  }

  /**
   * Services became known, or others than were, of which everybody is told. When a whole mesh
   * starts, they come one after the other: then those of a while are told together, or each new one
   * would cost as much as there are agents.
   */
  public void servicesChanged() {
    Duration pause = BETWEEN_NAMES.multipliedBy(sessions.size());
    Duration since = Duration.between(named, clock.instant());
    if (since.compareTo(pause) >= 0) {
      recompile();
    } else if (!naming) {
      naming = true;
      // Of a clock that has gone back nothing can be reckoned.
      loop.after(
          since.isNegative() ? pause : pause.minus(since),
          () -> {
            if (naming) {
              recompile();
            }
          });
    }
  }

  private void recompile() {
    named = clock.instant();
    naming = false;
    compiler = new Compiler(accepted, registry().services());
    limits.clear();
    changed();
  }

  /** The names and policies of now. */
  public Compiler compiler() {
    return compiler;
  }

  /** Something that any agent may hold has changed. */
  public void changed() {
    allBehind = true;
    flushSoon();
  }

  /**
   * The endpoints of a service have: of no concern to who does not call it. What a change costs a
   * caller grows with the number of endpoints, so that those of a large service are gathered.
   */
  public void endpointsChanged(ServiceId service) {
    Duration pause = BETWEEN_ENDPOINTS.multipliedBy(registry().ready(service));
    if (pause.compareTo(DEBOUNCE) <= 0) {
      tellEndpoints(service);
    } else if (!gathering.contains(service)) {
      long now = System.nanoTime();
      Long last = endpointsTold.get(service);
      long rest = last == null ? 0 : last + pause.toNanos() - now;
      if (rest <= 0) {
        endpointsTold.put(service, now);
        tellEndpoints(service);
      } else {
        gathering.add(service);
        loop.after(
            Duration.ofNanos(rest),
            () -> {
              gathering.remove(service);
              endpointsTold.put(service, System.nanoTime());
              tellEndpoints(service);
            });
      }
    }
    if (!drains.isEmpty() || !refused.isEmpty()) {
      flushSoon();
    }
  }

  /** Whether changes of a service's endpoints wait for further ones. */
  boolean isGathering(ServiceId service) {
    return gathering.contains(service);
  }

  private void tellEndpoints(ServiceId service) {
    Set<Session> calling = callers.of(service);
    if (!calling.isEmpty()) {
      behind.addAll(calling);
      flushSoon();
    }
  }

  private void flushSoon() {
    long now = System.nanoTime();
    if (!dirty) {
      dirty = true;
      dirtySince = now;
    } else if (now - dirtySince > DEBOUNCE_AT_MOST.minus(DEBOUNCE).toNanos()) {
      return;
    }
    int mine = ++flushes;
    loop.after(
        DEBOUNCE,
        () -> {
          if (mine == flushes) {
            flush();
          }
        });
  }

  private void flush() {
    dirty = false;
    flushes++; // what was still to come would be in vain
    flushed = System.nanoTime();
    if (allBehind) {
      allBehind = false;
      behind.addAll(sessions.values());
    }
    List.copyOf(behind).forEach(this::push);
    finishDrains();
    retryRefused();
  }

  /** Whether everybody has taken all there is. */
  boolean isSettled() {
    return !dirty
        && !naming
        && gathering.isEmpty()
        && behind.isEmpty()
        && sessions.values().stream().noneMatch(Session::isWaiting);
  }

  private RateLimit limit(ServiceId service) {
    return compiler.inbound(service).getInbound().getRateLimit();
  }

  private void push(Session session) {
    // A limit that instances share must not be in force without knowing how much of it is whose.
    ServiceId service = session.agent().service();
    if (session.knowsNoShare()
        && limits.computeIfAbsent(service, this::limit).getScope() == RateLimit.Scope.GLOBAL) {
      session.share(rates.first(service));
    }
    // Who has not answered yet is sent the newest once it has.
    if (session.isWaiting()) {
      behind.add(session);
    } else {
      behind.remove(session);
      session.push(target(session), version());
    }
  }

  // Trust and names for all; of the services that it calls and may know of their config, and the
  // endpoints that these lead to.
  private List<Resource> target(Session session) {
    List<Resource> target = new ArrayList<>();
    Resource trust = authority().trust();
    if (trust != null) {
      target.add(trust);
    }
    String namespace = session.agent().service().namespace();
    target.add(keys().join(compiler.inbound(session.agent().service())));
    target.add(names.since(session.heldNames(), compiler.names(session.agent().caller())));
    Set<ServiceId> reached = new TreeSet<>();
    for (ServiceId service : session.subscriptions()) {
      if (compiler.services().containsKey(service) && compiler.isVisible(service, namespace)) {
        Resource config = compiler.config(session.agent().caller(), service);
        target.add(config);
        reached.add(service);
        for (RouteRule rule : config.getServiceConfig().getRulesList()) {
          for (Backend backend : rule.getBackendsList()) {
            ServiceId to = new ServiceId(backend.getNamespace(), backend.getService());
            if (compiler.isVisible(to, namespace)) {
              reached.add(to);
            }
          }
        }
      }
    }
    callers.reach(session, reached);
    for (ServiceId service : reached) {
      target.add(
          compiler
              .externalEndpoints(service)
              .orElseGet(() -> registry().endpoints(service, session.heldEndpoints(service))));
    }
    return target;
  }

  private Version version() {
    return Version.newBuilder()
        .setEpoch(accepted.epoch())
        .setGeneration(accepted.generation())
        .build();
  }

  /** An agent said Hello, and its credential is good. */
  Session connected(Agent agent, Hello hello, StreamObserver<ControlMessage> out, int protocol) {
    Session before = sessions.remove(agent.uid());
    if (before != null) {
      release(before);
      before.end(Status.ABORTED.withDescription("this agent has connected anew"));
    }
    Session session = new Session(agent, out, hello, clock.instant());
    sessions.put(agent.uid(), session);
    registry().connected(agent.uid());
    session.welcome(
        Welcome.newBuilder()
            .setProtocol(protocol)
            .setMesh("default")
            .setReplica(replica)
            .addAllReplicas(replicas.get())
            .setReportIntervalMillis(reportIntervalMillis(agent.service(), agents()))
            .setTimeMillis(clock.millis())
            .build());
    push(session);
    return session;
  }

  // Those who share a limit tell how much they are asked, which must be known at once.
  private int reportIntervalMillis(ServiceId service, int agents) {
    if (limits.computeIfAbsent(service, this::limit).getScope() == RateLimit.Scope.GLOBAL) {
      return REPORT_INTERVAL_MILLIS;
    }
    return Math.min(
        LONGEST_REPORT_INTERVAL_MILLIS,
        REPORT_INTERVAL_MILLIS * (1 + agents / REPORTS_PER_INTERVAL));
  }

  // Of a fleet whose agents are on their way here, its instances tell how many they will be.
  private int agents() {
    return Math.max(
        sessions.size(), registry().instances().size() / Math.max(1, replicas.get().size()));
  }

  void received(Session session, AgentMessage message) {
    if (sessions.get(session.agent().uid()) != session || isExpired(session)) {
      return;
    }
    switch (message.getMessageCase()) {
      case SUBSCRIBE -> {
        session.subscribe(message.getSubscribe().getServicesList());
        push(session);
      }
      case REGISTRATION -> {
        session.registration(message.getRegistration());
        register(session);
      }
      case ACK -> {
        session.ack(message.getAck(), clock.instant());
        if (behind.contains(session)) {
          push(session);
        }
        finishDrains();
      }
      case NACK -> {
        session.nack(message.getNack());
        push(session);
        finishDrains();
      }
      case REPORT -> {
        session.report(message.getReport());
        edges.report(session.agent().uid(), message.getReport());
        denials.report(session.agent().service().toString(), message.getReport().getDenialsList());
        keys().unknownKeys(message.getReport().getUnknownKeysList());
        if (message.getReport().hasRateDemand()) {
          rates
              .reported(
                  session.agent().service(),
                  session.agent().uid(),
                  message.getReport().getRateDemand(),
                  message.getReport().getIntervalMillis())
              .ifPresent(session::share);
        }
      }
      case CERTIFICATE_REQUEST -> certify(session, message.getCertificateRequest());
      case EXPLANATION -> session.explained(message.getExplanation());
      case DRAIN -> drain(session);
      case GOODBYE -> {
        sessions.remove(session.agent().uid());
        release(session);
        edges.gone(session.agent().uid());
        rates.gone(session.agent().service(), session.agent().uid());
        registry().remove(session.agent().uid());
        session.complete();
      }
      case HELLO, MESSAGE_NOT_SET -> {}
    }
  }

  void ended(Session session) {
    if (forget(session)) {
      registry().disconnected(session.agent().uid());
      finishDrains();
    }
  }

  private boolean forget(Session session) {
    boolean known = sessions.remove(session.agent().uid(), session);
    if (known) {
      release(session);
      edges.gone(session.agent().uid());
      rates.gone(session.agent().service(), session.agent().uid());
    }
    return known;
  }

  private void release(Session session) {
    drains.remove(session);
    refused.remove(session);
    behind.remove(session);
    callers.forget(session);
  }

  private void register(Session session) {
    Registration said = session.registration();
    if (said == null) {
      return;
    }
    Instance instance = session.agent().instance(said, replica);
    Optional<String> collision = registry().register(instance);
    if (collision.isPresent()) {
      refused.add(session);
      session.refuse(collision.get());
      return;
    }
    refused.remove(session);
    session.taken();
    if (session.isDraining()) {
      registry().drain(session.agent().uid());
    }
  }

  // What stood against it may be gone.
  private void retryRefused() {
    List.copyOf(refused).forEach(this::register);
  }

  // Signing takes milliseconds, and whole fleets begin at once: nobody else's news waits for it.
  private void certify(Session session, CertificateRequest request) {
    if (session.mayAskForCertificate(clock.instant())) {
      var unused =
          CompletableFuture.supplyAsync(
                  () -> certificate(session.agent().spiffeId(), request), signing)
              .exceptionally(
                  fault -> Certificate.newBuilder().setError("fault in control: " + fault).build())
              .thenAcceptAsync(session::certified, loop);
    }
  }

  private Certificate certificate(String spiffeId, CertificateRequest request) {
    Certificate.Builder answer = Certificate.newBuilder();
    try {
      for (X509Certificate each :
          authority().issue(request.getCsr().toByteArray(), spiffeId, authority().leafLife())) {
        answer.addChain(ByteString.copyFrom(each.getEncoded()));
      }
      return answer.build();
    } catch (IssueException | CertificateEncodingException e) {
      return Certificate.newBuilder().setError(String.valueOf(e.getMessage())).build();
    }
  }

  private void drain(Session session) {
    session.draining();
    registry().drain(session.agent().uid());
    drains.add(session);
    // Callers are to know now, however many endpoints there are.
    behind.addAll(callers.of(session.agent().service()));
    flush();
    loop.after(DRAIN_AT_MOST, () -> drained(session));
  }

  private void finishDrains() {
    // Of the callers of other replicas nothing is known here: they are given the whole time.
    if (drains.isEmpty() || replicas.get().size() > 1) {
      return;
    }
    Map<ServiceId, Boolean> known = new HashMap<>();
    for (Session session : List.copyOf(drains)) {
      if (known.computeIfAbsent(session.agent().service(), this::isKnownToCallers)) {
        drained(session);
      }
    }
  }

  private boolean isKnownToCallers(ServiceId service) {
    ResourceVersion now = registry().endpoints(service, null).getVersion();
    return callers.of(service).stream().allMatch(each -> each.hasEndpoints(now));
  }

  private void drained(Session session) {
    if (drains.remove(session)) {
      session.drained();
    }
  }

  /** What every connected agent runs. */
  public List<AgentStatus> status() {
    Version now = version();
    List<AgentStatus> all = new ArrayList<>();
    sessions
        .values()
        .forEach(
            session ->
                all.add(
                    session.status(replica, now, rates.rate(session.agent().uid()).orElse(null))));
    return all;
  }

  /** Asks the first instance of a service that is connected here; empty if none is. */
  public Optional<CompletableFuture<Told>> ask(ServiceId service, Ask.Builder question) {
    return sessions.values().stream()
        .filter(each -> each.explains() && each.agent().service().equals(service))
        .findFirst()
        .map(session -> ask(session, question));
  }

  /** Asks the first of some instances that is connected here; empty if none is. */
  public Optional<CompletableFuture<Told>> ask(List<String> uids, Ask.Builder question) {
    return uids.stream()
        .map(sessions::get)
        .filter(each -> each != null && each.explains())
        .findFirst()
        .map(session -> ask(session, question));
  }

  /** Asks every agent that is connected here; those that know nothing are left out. */
  public CompletableFuture<List<Told>> askAll(Ask question) {
    List<CompletableFuture<Told>> asked =
        sessions.values().stream()
            .filter(Session::explains)
            .map(session -> ask(session, question.toBuilder()))
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                asked.stream()
                    .map(CompletableFuture::join)
                    .filter(told -> told.explanation().getCallsCount() > 0)
                    .toList());
  }

  private static CompletableFuture<Told> ask(Session session, Ask.Builder question) {
    return session.ask(question).thenApply(explanation -> Told.of(session.agent(), explanation));
  }

  /** Lost instances and those of other replicas have no session here. */
  public boolean isConnected(String uid) {
    return sessions.containsKey(uid);
  }

  /** Ends every stream, so that agents turn to another replica or come back. */
  public void close() {
    List.copyOf(sessions.values())
        .forEach(session -> session.end(Status.UNAVAILABLE.withDescription("control is stopping")));
    List.copyOf(sessions.values()).forEach(this::release);
    sessions.clear();
    signing.shutdownNow();
  }

  private WorkloadAuthority authority() {
    return Objects.requireNonNull(authority);
  }

  private KeySets keys() {
    return Objects.requireNonNull(keys);
  }

  private Registry registry() {
    return Objects.requireNonNull(registry);
  }
}
