package io.weft.control.push;

import io.grpc.stub.StreamObserver;
import io.weft.api.v1.Ack;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Callers;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Drained;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.Hello;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.Nack;
import io.weft.api.v1.PortTls;
import io.weft.api.v1.RateShare;
import io.weft.api.v1.Refused;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Renew;
import io.weft.api.v1.Report;
import io.weft.api.v1.ReportInterval;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Svid;
import io.weft.api.v1.Update;
import io.weft.api.v1.Version;
import io.weft.api.v1.Welcome;
import io.weft.control.compile.ServiceId;
import io.weft.control.share.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One agent's stream: what it uses, what it holds, and the one update that it has not yet answered.
 * What changes meanwhile goes with the next update, the latest alone. Confined to the loop.
 */
final class Session {

  private static final Duration BETWEEN_CERTIFICATES = Duration.ofMillis(200);

  /** How long an agent has to answer a question, and how many it has to at a time. */
  private static final Duration ANSWER_AT_MOST = Duration.ofSeconds(3);

  private static final int MOST_ASKED = 64;
  private static final String EXPLAINS = "explain";
  private static final String MERGES_NAMES = "names-delta";

  private record Key(ResourceType type, String name) {
    static Key of(ResourceVersion version) {
      return new Key(version.getType(), version.getName());
    }
  }

  private record Pending(long id, Version version, Map<Key, Optional<String>> hashes) {}

  private final Agent agent;
  private final StreamObserver<ControlMessage> out;
  private final Instant since;
  private final Map<Key, String> held = new HashMap<>();
  // Hashes that this agent could not build: sent no more until they change.
  private final Set<ResourceVersion> refused = new HashSet<>();
  // Of questions that were not answered in time, timers forget.
  private final Map<Long, CompletableFuture<Explanation>> asked = new ConcurrentHashMap<>();
  private final boolean explains;
  private final boolean mergesNames;
  private long questions;
  private Set<ServiceId> subscriptions = Set.of();
  private @Nullable Pending pending;
  private Version version = Version.getDefaultInstance();
  private @Nullable Instant ackedAt;
  private String lastError = "";
  private String refusal = "";
  private @Nullable Registration registration;
  private long updates;
  // Whether some of what it shall hold is something it could not build.
  private boolean lacking;
  private boolean draining;
  private boolean knowsShare;
  private Map<String, Integer> callers = Map.of();
  private @Nullable Instant certifiedAt;
  private int reportMillis;

  Session(Agent agent, StreamObserver<ControlMessage> out, Hello hello, Instant since) {
    this.agent = agent;
    this.out = out;
    this.since = since;
    this.explains = hello.getFeaturesList().contains(EXPLAINS);
    this.mergesNames = hello.getFeaturesList().contains(MERGES_NAMES);
    hello.getHeldList().forEach(each -> held.put(Key.of(each), each.getHash()));
    subscribe(hello.getSubscriptionsList());
  }

  Agent agent() {
    return agent;
  }

  void welcome(Welcome welcome) {
    reportMillis = welcome.getReportIntervalMillis();
    send(ControlMessage.newBuilder().setWelcome(welcome));
  }

  void subscribe(Collection<String> services) {
    Set<ServiceId> all = new TreeSet<>();
    services.forEach(each -> ServiceId.parse(each).ifPresent(all::add));
    subscriptions = all;
  }

  Set<ServiceId> subscriptions() {
    return subscriptions;
  }

  /** Whether what it holds or will hold of a service's endpoints is of that version. */
  boolean hasEndpoints(ResourceVersion version) {
    String mine = held.get(Key.of(version));
    return mine == null || mine.equals(version.getHash());
  }

  /** The version of the names that it holds; null if it holds none, or can only take them whole. */
  @Nullable String heldNames() {
    return mergesNames ? held.get(new Key(ResourceType.NAMES, "")) : null;
  }

  @Nullable String heldEndpoints(ServiceId service) {
    return held.get(new Key(ResourceType.ENDPOINTS, service.toString()));
  }

  /** Whether an update is on its way: the next is made once it is answered. */
  boolean isWaiting() {
    return pending != null;
  }

  /**
   * Sends what of the target it does not hold yet, in one message; nothing if it holds all.
   *
   * @param target all that it shall hold
   */
  void push(Collection<Resource> target, Version now) {
    List<Resource> resources = new ArrayList<>();
    List<ResourceVersion> removed = new ArrayList<>();
    Map<Key, Optional<String>> hashes = new LinkedHashMap<>();
    Set<Key> wanted = new HashSet<>();
    lacking = false;
    for (Resource resource : target) {
      Key key = Key.of(resource.getVersion());
      wanted.add(key);
      String hash = resource.getVersion().getHash();
      if (hash.equals(held.get(key))) {
        continue;
      }
      if (refused.contains(resource.getVersion())) {
        lacking = true;
      } else {
        resources.add(resource);
        hashes.put(key, Optional.of(hash));
      }
    }
    held.forEach(
        (key, hash) -> {
          if (!wanted.contains(key)) {
            removed.add(
                ResourceVersion.newBuilder()
                    .setType(key.type())
                    .setName(key.name())
                    .setHash(hash)
                    .build());
            hashes.put(key, Optional.empty());
          }
        });
    if (hashes.isEmpty()) {
      if (!lacking) {
        version = now;
      }
      return;
    }
    updates++;
    pending = new Pending(updates, now, hashes);
    send(
        ControlMessage.newBuilder()
            .setUpdate(
                Update.newBuilder()
                    .setId(updates)
                    .setVersion(now)
                    .addAllResources(resources)
                    .addAllRemoved(removed)));
  }

  void ack(Ack ack, Instant now) {
    Pending answered = pending;
    if (answered == null || answered.id() != ack.getUpdate()) {
      return;
    }
    pending = null;
    answered.hashes().forEach(this::holds);
    ackedAt = now;
    if (!lacking) {
      version = answered.version();
      lastError = "";
    }
  }

  void nack(Nack nack) {
    Pending answered = pending;
    if (answered == null || answered.id() != nack.getUpdate()) {
      return;
    }
    pending = null;
    Set<Key> failed = new HashSet<>();
    List<String> messages = new ArrayList<>();
    for (ResourceError error : nack.getErrorsList()) {
      Key key = new Key(error.getType(), error.getName());
      failed.add(key);
      messages.add(
          (error.getName().isEmpty() ? error.getType().name() : error.getName())
              + ": "
              + error.getMessage());
      answered
          .hashes()
          .getOrDefault(key, Optional.empty())
          .ifPresent(
              hash ->
                  refused.add(
                      ResourceVersion.newBuilder()
                          .setType(key.type())
                          .setName(key.name())
                          .setHash(hash)
                          .build()));
    }
    // Config is all or nothing; endpoints and trust stand by themselves.
    boolean configFailed = failed.stream().anyMatch(key -> isConfig(key.type()));
    answered
        .hashes()
        .forEach(
            (key, hash) -> {
              if (!failed.contains(key) && !(isConfig(key.type()) && configFailed)) {
                holds(key, hash);
              }
            });
    lastError = String.join("; ", messages);
  }

  private static boolean isConfig(ResourceType type) {
    return type != ResourceType.ENDPOINTS && type != ResourceType.TRUST;
  }

  /** Whether it may ask for a certificate now; it is answered if it asks too often. */
  boolean mayAskForCertificate(Instant now) {
    if (certifiedAt != null && now.isBefore(certifiedAt.plus(BETWEEN_CERTIFICATES))) {
      certified(Certificate.newBuilder().setError("certificates are asked for too often").build());
      return false;
    }
    certifiedAt = now;
    return true;
  }

  /** Answers that. */
  void certified(Certificate answer) {
    send(ControlMessage.newBuilder().setCertificate(answer));
  }

  /** Asks it to get another certificate. */
  void renew() {
    send(ControlMessage.newBuilder().setRenew(Renew.getDefaultInstance()));
  }

  private void holds(Key key, Optional<String> hash) {
    if (hash.isPresent()) {
      held.put(key, hash.get());
    } else {
      held.remove(key);
    }
  }

  /** Takes what it says of its instance; a drain it asked for stays. */
  void registration(Registration said) {
    registration = said;
  }

  @Nullable Registration registration() {
    return registration;
  }

  void draining() {
    draining = true;
  }

  boolean isDraining() {
    return draining;
  }

  /** Says why a registration was not taken, once for each reason. */
  void refuse(String reason) {
    if (!refusal.equals(reason)) {
      refusal = reason;
      send(ControlMessage.newBuilder().setRefused(Refused.newBuilder().setMessage(reason)));
    }
  }

  void taken() {
    refusal = "";
  }

  /** Tells its agent how many call what it calls, unless it knows. */
  void callers(Map<String, Integer> many) {
    if (!many.equals(callers)) {
      callers = many;
      send(ControlMessage.newBuilder().setCallers(Callers.newBuilder().putAllServices(many)));
    }
  }

  /** How often its agent was last told to report, in milliseconds. */
  int reportMillis() {
    return reportMillis;
  }

  /** Tells its agent to report so often from now on. */
  void reportEvery(int millis) {
    reportMillis = millis;
    send(
        ControlMessage.newBuilder()
            .setReportInterval(ReportInterval.newBuilder().setMillis(millis)));
  }

  void drained() {
    send(ControlMessage.newBuilder().setDrained(Drained.getDefaultInstance()));
  }

  /** Whether its agent answers questions. */
  boolean explains() {
    return explains;
  }

  /** Asks its agent something; done with an error if that takes too long. */
  CompletableFuture<Explanation> ask(Ask.Builder question) {
    CompletableFuture<Explanation> answer = new CompletableFuture<>();
    if (asked.size() >= MOST_ASKED) {
      answer.complete(Explanation.newBuilder().setError("is asked too much at once").build());
      return answer;
    }
    long id = ++questions;
    asked.put(id, answer);
    send(ControlMessage.newBuilder().setAsk(question.setId(id)));
    return answer
        .completeOnTimeout(
            Explanation.newBuilder().setError("does not answer").build(),
            ANSWER_AT_MOST.toMillis(),
            TimeUnit.MILLISECONDS)
        .whenComplete((done, fault) -> asked.remove(id));
  }

  /** Its agent answers. */
  void explained(Explanation explanation) {
    CompletableFuture<Explanation> waiting = asked.get(explanation.getAsk());
    if (waiting != null) {
      waiting.complete(explanation);
    }
  }

  void report(Report report) {
    reported = report.getLastError();
  }

  private String reported = "";

  /** Tells its agent its part in a limit that instances share. */
  void share(RateShare share) {
    knowsShare = true;
    send(ControlMessage.newBuilder().setRateShare(share));
  }

  boolean knowsNoShare() {
    return !knowsShare;
  }

  AgentStatus status(String replica, Version now, @Nullable Rate rate) {
    Registration said = registration;
    String error =
        !refusal.isEmpty()
            ? "not registered: " + refusal
            : !lastError.isEmpty() ? lastError : reported;
    List<String> hooks =
        said == null ? List.of() : said.getHooksList().stream().map(Agent::describe).toList();
    return new AgentStatus(
        agent.uid(),
        agent.identity().getNamespace(),
        agent.identity().getService(),
        new java.util.TreeMap<>(agent.identity().getLabelsMap()),
        draining ? "DRAINING" : said == null ? "STARTING" : said.getState().name(),
        agent.identity().getHost(),
        agent.identity().getPid(),
        agent.identity().getAgentVersion(),
        agent.identity().getJavaVersion(),
        said == null ? List.of() : said.getPortsList().stream().map(Session::describe).toList(),
        version.getEpoch(),
        version.getGeneration(),
        version.equals(now) && pending == null && !lacking,
        ackedAt == null ? "" : ackedAt.toString(),
        since.toString(),
        hooks,
        subscriptions.stream().map(ServiceId::toString).toList(),
        error,
        said == null ? List.of() : List.copyOf(said.getErrorsList()),
        AgentStatus.Identity.of(said == null ? Svid.getDefaultInstance() : said.getSvid()),
        rate,
        replica);
  }

  private static String describe(InstancePort port) {
    return port.getNumber()
        + "/"
        + port.getProtocol()
        + (port.getTls() == PortTls.APP ? " in TLS of its own" : "");
  }

  void end(io.grpc.Status status) {
    try {
      out.onError(status.asRuntimeException());
    } catch (IllegalStateException e) {
      // It ended by itself just now.
    }
  }

  void complete() {
    try {
      out.onCompleted();
    } catch (IllegalStateException e) {
      // It ended by itself just now.
    }
  }

  private void send(ControlMessage.Builder message) {
    try {
      out.onNext(message.build());
    } catch (IllegalStateException | io.grpc.StatusRuntimeException e) {
      // The stream has ended; word of that follows.
    }
  }
}
