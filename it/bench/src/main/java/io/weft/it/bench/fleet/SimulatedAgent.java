package io.weft.it.bench.fleet;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.api.v1.Ack;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.CertificateRequest;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Credential;
import io.weft.api.v1.Drain;
import io.weft.api.v1.EdgeReport;
import io.weft.api.v1.Goodbye;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.PortTls;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Report;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Svid;
import io.weft.api.v1.Update;
import io.weft.core.link.ReconnectDelay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One agent as control sees it: joins with a token, subscribes, gets a certificate, registers its
 * instance, takes updates and acknowledges them, reports, and comes back with what it holds when
 * its stream breaks, after the delays of a real one. Of what it is sent it keeps the hashes alone.
 * Thread-safe.
 */
final class SimulatedAgent {
  private static final int PORT = 8080;
  private static final String DOMAIN = "spiffe://weft.local";

  private record Key(ResourceType type, String name) {}

  private final Surroundings surroundings;
  private final List<InetSocketAddress> controls;
  private final Credential credential;
  private final Identity identity;
  private final String address;
  private final List<String> calls;
  private final Map<Key, String> held = new HashMap<>();
  private final ReconnectDelay delay = new ReconnectDelay(new SplittableRandom());
  private final AgentMessage report;
  private final CompletableFuture<SimulatedAgent> drained = new CompletableFuture<>();

  private @Nullable Stream stream;
  private Consumer<Update> acked = update -> {};
  private @Nullable Registration registered;
  private boolean certified;
  private boolean gone;
  private int weight = 100;
  private int control;

  /**
   * @param controls where to turn to, one after the other
   * @param control the one of them to turn to first
   * @param address of its instance
   * @param calls services it calls, each {@code namespace/name}
   */
  SimulatedAgent(
      Surroundings surroundings,
      List<InetSocketAddress> controls,
      int control,
      String credential,
      Identity identity,
      String address,
      List<String> calls) {
    this.surroundings = surroundings;
    this.controls = controls;
    this.control = control;
    this.credential = Credential.newBuilder().setToken(credential).build();
    this.identity = identity;
    this.address = address;
    this.calls = calls;
    this.report = report(calls);
  }

  /** Joins. */
  synchronized void start() {
    if (!gone) {
      Stream opened = new Stream();
      stream = opened;
      opened.open();
    }
  }

  /** Told of each update once it has been acknowledged. */
  synchronized void onAck(Consumer<Update> listener) {
    acked = listener;
  }

  /** Its instance has another weight from now on. */
  synchronized void weigh(int other) {
    weight = other;
    register();
  }

  /** Whether it has joined and is certified, though services that it calls may not be there yet. */
  synchronized boolean isCertified() {
    return stream != null && stream.up && certified;
  }

  /** Whether control knows it as it is now: config, certificate and instance. */
  synchronized boolean isSettled() {
    return stream != null && stream.up && certified && holdsAll();
  }

  /** Whether it is connected. */
  synchronized boolean isUp() {
    return stream != null && stream.up;
  }

  /** Whether it is connected to a certain one of the controls. */
  synchronized boolean isAt(int which) {
    return isUp() && control % controls.size() == which;
  }

  /** What it holds, by type and name. */
  synchronized Map<String, String> held() {
    Map<String, String> all = new HashMap<>();
    held.forEach((key, hash) -> all.put(key.type() + " " + key.name(), hash));
    return all;
  }

  /** Asks to be taken out of all callers' rotation; done once control says so. */
  synchronized CompletableFuture<SimulatedAgent> drain() {
    send(AgentMessage.newBuilder().setDrain(Drain.getDefaultInstance()).build());
    return drained;
  }

  /** Takes leave for good. */
  synchronized void leave() {
    gone = true;
    if (stream != null) {
      send(AgentMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()).build());
      stream.finish();
    }
  }

  /** Is gone without a word. */
  synchronized void abort() {
    gone = true;
    if (stream != null) {
      stream.end();
      stream = null;
    }
  }

  private boolean holdsAll() {
    return held.containsKey(new Key(ResourceType.NAMES, ""))
        && held.containsKey(new Key(ResourceType.TRUST, ""))
        && held.containsKey(new Key(ResourceType.INBOUND, ""))
        && calls.stream().allMatch(each -> held.containsKey(new Key(ResourceType.ENDPOINTS, each)));
  }

  private void send(AgentMessage message) {
    Stream open = stream;
    if (open != null) {
      open.send(message);
    }
  }

  private void received(ControlMessage message) {
    switch (message.getMessageCase()) {
      case WELCOME -> welcome(message.getWelcome().getReportIntervalMillis());
      case REPORT_INTERVAL -> reportInterval(message.getReportInterval().getMillis());
      case UPDATE -> update(message.getUpdate());
      case CERTIFICATE -> certificate(message.getCertificate());
      case DRAINED -> drained.complete(this);
      case REFUSED ->
          throw new IllegalStateException(
              identity.getUid() + " is refused: " + message.getRefused().getMessage());
      default -> {}
    }
  }

  private void welcome(int reportMillis) {
    Stream open = stream;
    if (open == null || open.up) {
      return;
    }
    open.up = true;
    surroundings.counters().joins.increment();
    register();
    if (!certified) {
      send(
          AgentMessage.newBuilder()
              .setCertificateRequest(
                  CertificateRequest.newBuilder()
                      .setCsr(ByteString.copyFrom(surroundings.request())))
              .build());
    }
    // Not all at once.
    open.reportMillis = reportMillis;
    surroundings.after(
        Duration.ofMillis(ThreadLocalRandom.current().nextInt(Math.max(1, reportMillis))),
        () -> report(open));
  }

  private void reportInterval(int millis) {
    Stream open = stream;
    if (open != null) {
      open.reportMillis = millis; // from the next report on
    }
  }

  private synchronized void report(Stream open) {
    if (stream == open && open.up) {
      open.send(report);
      surroundings.after(Duration.ofMillis(open.reportMillis), () -> report(open));
    }
  }

  private void update(Update update) {
    surroundings.counters().count(update);
    for (Resource each : update.getResourcesList()) {
      Key key = key(each.getVersion());
      if (isDelta(each) && !base(each).equals(held.get(key))) {
        // As the real one: a fresh Hello that no longer claims to hold it.
        surroundings.counters().resyncs.increment();
        held.remove(key);
        lost();
        return;
      }
    }
    for (Resource each : update.getResourcesList()) {
      held.put(key(each.getVersion()), each.getVersion().getHash());
    }
    update.getRemovedList().forEach(each -> held.remove(key(each)));
    send(
        AgentMessage.newBuilder()
            .setAck(Ack.newBuilder().setUpdate(update.getId()).setVersion(update.getVersion()))
            .build());
    acked.accept(update);
    register();
  }

  private void certificate(Certificate answer) {
    if (!answer.getError().isEmpty()) {
      throw new IllegalStateException(identity.getUid() + ": " + answer.getError());
    }
    certified = true;
    register();
  }

  private void register() {
    if (stream == null || !stream.up) {
      return;
    }
    Registration now = registration();
    if (!now.equals(registered)) {
      registered = now;
      send(AgentMessage.newBuilder().setRegistration(now).build());
    }
  }

  private Registration registration() {
    Registration.Builder registration =
        Registration.newBuilder()
            .addAddresses(address)
            .setState(InstanceState.READY)
            .setWeight(weight)
            .addPorts(
                InstancePort.newBuilder()
                    .setNumber(PORT)
                    .setProtocol("http")
                    .setTls(certified ? PortTls.MESH : PortTls.NONE)
                    .setPlaintext(certified));
    if (certified) {
      String trust = held.getOrDefault(new Key(ResourceType.TRUST, ""), "");
      registration.setSvid(
          Svid.newBuilder()
              .setSpiffeId(
                  DOMAIN + "/ns/" + identity.getNamespace() + "/sa/" + identity.getService())
              .setRootHash("of the mesh")
              .setTrustHash(trust));
    }
    return registration.build();
  }

  private Hello hello() {
    Hello.Builder hello =
        Hello.newBuilder()
            .setProtocol(1)
            .addFeatures("names-delta")
            .setIdentity(identity)
            .setCredential(credential)
            .addAllSubscriptions(calls);
    held.forEach(
        (key, hash) ->
            hello.addHeld(
                ResourceVersion.newBuilder()
                    .setType(key.type())
                    .setName(key.name())
                    .setHash(hash)));
    return hello.build();
  }

  // The stream is of no use any more: another one, after a while.
  private void lost() {
    Stream ended = stream;
    if (ended == null) {
      return;
    }
    stream = null;
    registered = null;
    ended.end();
    if (gone) {
      return;
    }
    surroundings.counters().failures.increment();
    if (ended.up) {
      delay.succeeded();
    }
    control++;
    surroundings.after(delay.next(), this::start);
  }

  // What a process tells that made a few calls to each service it calls.
  private static AgentMessage report(List<String> calls) {
    Report.Builder report = Report.newBuilder().setIntervalMillis(1_000);
    for (String callee : calls) {
      EdgeReport.Builder edge =
          EdgeReport.newBuilder()
              .setCaller("default/caller")
              .setCallee(callee)
              .setProtocol("http")
              .setCalls(20)
              .setEncrypted(20)
              .setCallerPrincipal(DOMAIN + "/ns/default/sa/caller")
              .setCalleePrincipal(DOMAIN + "/ns/" + callee.replace("/", "/sa/"));
      for (int i = 0; i < 48; i++) {
        edge.addLatencyCounts(i < 40 ? 0 : 3);
      }
      report.addEdges(edge);
    }
    return AgentMessage.newBuilder().setReport(report).build();
  }

  private static boolean isDelta(Resource resource) {
    return resource.hasEndpointsDelta() || resource.hasNamesDelta();
  }

  private static String base(Resource delta) {
    return delta.hasNamesDelta()
        ? delta.getNamesDelta().getBaseHash()
        : delta.getEndpointsDelta().getBaseHash();
  }

  private static Key key(ResourceVersion version) {
    return new Key(version.getType(), version.getName().intern());
  }

  private final class Stream implements ClientResponseObserver<AgentMessage, ControlMessage> {
    private final ManagedChannel channel =
        surroundings.channel(controls.get(control % controls.size()));
    private @Nullable ClientCallStreamObserver<AgentMessage> out;
    private boolean up;
    private boolean over;
    private int reportMillis;

    void open() {
      var unused = surroundings.push(channel).connect(this);
      send(AgentMessage.newBuilder().setHello(hello()).build());
      surroundings.after(delay.patience(), this::welcomeIsDue);
    }

    private void welcomeIsDue() {
      synchronized (SimulatedAgent.this) {
        if (stream == this && !up) {
          lost();
        }
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<AgentMessage> requests) {
      out = requests;
    }

    void send(AgentMessage message) {
      ClientCallStreamObserver<AgentMessage> to = out;
      if (to != null && !over) {
        to.onNext(message);
      }
    }

    void finish() {
      if (out != null && !over) {
        out.onCompleted();
      }
    }

    void end() {
      if (!over) {
        over = true;
        channel.shutdownNow();
      }
    }

    @Override
    public void onNext(ControlMessage message) {
      synchronized (SimulatedAgent.this) {
        if (stream == this) {
          received(message);
        }
      }
    }

    @Override
    public void onError(Throwable fault) {
      ended();
    }

    @Override
    public void onCompleted() {
      ended();
    }

    private void ended() {
      synchronized (SimulatedAgent.this) {
        if (stream == this) {
          lost();
        } else {
          end();
        }
      }
    }
  }
}
