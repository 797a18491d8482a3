package io.weft.core.link;

import io.weft.api.v1.Ack;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Ask;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Drain;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.Goodbye;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Nack;
import io.weft.api.v1.Registration;
import io.weft.api.v1.Report;
import io.weft.api.v1.ReportInterval;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.Subscribe;
import io.weft.api.v1.Update;
import io.weft.api.v1.Welcome;
import io.weft.core.egress.EgressDenials;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.log.Log;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.settings.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One stream to control, from Hello to its end: the agent's half of the push protocol. Confined to
 * the link's thread.
 */
final class Session implements ControlStream.Events {

  /** As long as a call waits for the config of the service it is for. */
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(1);

  private final LinkThread thread;
  private final HostPort control;
  private final LocalConfig config;
  private final InstanceRecord instance;
  private final Certification certification;
  private final EdgeStats edges;
  private final InboundPolicies policies;
  private final Questions questions;
  private final Owner owner;
  private final List<CompletableFuture<Void>> draining = new ArrayList<>();

  private @Nullable ControlStream stream;
  private LinkThread.@Nullable Timer timer;
  private @Nullable Registration registered;
  private Subscribe subscribed = Subscribe.getDefaultInstance();
  private boolean up;
  private boolean over;
  private long reportedAt;

  /** Who opened the session. */
  interface Owner {

    void up(Welcome welcome);

    /** What is in force has changed. */
    void configured();

    /** Nothing comes after it. */
    void ended(Ending ending);
  }

  Session(
      LinkThread thread,
      HostPort control,
      LocalConfig config,
      InstanceRecord instance,
      Certification certification,
      EdgeStats edges,
      InboundPolicies policies,
      Questions questions,
      Owner owner) {
    this.thread = thread;
    this.control = control;
    this.config = config;
    this.instance = instance;
    this.certification = certification;
    this.edges = edges;
    this.policies = policies;
    this.questions = questions;
    this.owner = owner;
  }

  /**
   * @param patience how long to wait for control's welcome
   */
  void open(
      ControlStream.Opener opener, JoinCredential credential, Hello hello, Duration patience) {
    timer =
        thread.after(
            patience, () -> fail(new Ending(Ending.Kind.UNREACHABLE, "it does not answer")));
    subscribed = Subscribe.newBuilder().addAllServices(hello.getSubscriptionsList()).build();
    stream = opener.open(control, credential, this);
    send(AgentMessage.newBuilder().setHello(hello));
  }

  @Override
  public void received(ControlMessage message) {
    if (over) {
      return;
    }
    try {
      handle(message);
    } catch (RuntimeException | LinkageError e) {
      fail(new Ending(Ending.Kind.FAULT, "fault in the agent: " + e));
    }
  }

  private void handle(ControlMessage message) {
    switch (message.getMessageCase()) {
      case WELCOME -> welcome(message.getWelcome());
      case UPDATE -> update(message.getUpdate());
      case DRAINED -> drained();
      case REFUSED ->
          Log.warnOnce(
              "control refuses to register this instance: " + message.getRefused().getMessage());
      case CERTIFICATE -> certification.received(message.getCertificate());
      case RENEW -> certification.renew();
      case ASK -> answer(message.getAsk());
      case RATE_SHARE -> policies.share(message.getRateShare());
      case CALLERS -> config.callers(message.getCallers().getServicesMap());
      case REPORT_INTERVAL -> reportInterval(message.getReportInterval());
      case MESSAGE_NOT_SET -> Log.debug("control sent a message this agent does not know");
    }
  }

  @Override
  public void ended(Ending ending) {
    if (!over) {
      over = true;
      cancelTimer();
      certification.disconnected();
      drained();
      owner.ended(ending);
    }
  }

  /** Tells control all services this agent calls, if they are others than were last told. */
  void subscribe() {
    Subscribe subscriptions = config.subscriptions();
    if (up && !subscriptions.equals(subscribed)) {
      subscribed = subscriptions;
      send(AgentMessage.newBuilder().setSubscribe(subscriptions));
    }
  }

  /** Tells control the instance's record if it reads differently from what was last told. */
  void register() {
    Registration registration = instance.registration(control.isLoopback());
    if (up && !registration.equals(registered)) {
      registered = registration;
      send(AgentMessage.newBuilder().setRegistration(registration));
    }
  }

  /** Whether control was asked; the future is completed by its answer or by the session's end. */
  boolean drain(CompletableFuture<Void> drained) {
    if (!up) {
      return false;
    }
    draining.add(drained);
    send(AgentMessage.newBuilder().setDrain(Drain.getDefaultInstance()));
    return true;
  }

  /** Whether there was anybody to take leave of; the session's end follows. */
  boolean leave() {
    if (!up || stream == null) {
      return false;
    }
    cancelTimer();
    report();
    send(AgentMessage.newBuilder().setGoodbye(Goodbye.getDefaultInstance()));
    stream.finish();
    return true;
  }

  private void welcome(Welcome welcome) {
    if (up) {
      return;
    }
    up = true;
    cancelTimer();
    owner.up(welcome);
    certification.connected(this::send);
    register();
    subscribe();
    reportedAt = thread.nanoTime();
    if (welcome.getReportIntervalMillis() > 0) {
      Duration interval = Duration.ofMillis(welcome.getReportIntervalMillis());
      reportAfter(interval, interval);
    }
  }

  // The next report is due an interval after the last: who was not in step with others stays so.
  private void reportInterval(ReportInterval wanted) {
    if (up && wanted.getMillis() > 0) {
      cancelTimer();
      Duration interval = Duration.ofMillis(wanted.getMillis());
      Duration since = Duration.ofNanos(thread.nanoTime() - reportedAt);
      Duration rest = interval.minus(since);
      reportAfter(rest.isNegative() ? Duration.ZERO : rest, interval);
    }
  }

  private void update(Update update) {
    List<ResourceError> errors;
    try {
      errors = config.apply(update);
    } catch (StaleDeltaException e) {
      // A fresh Hello that no longer claims to hold it has it sent whole.
      fail(new Ending(Ending.Kind.RESYNC, String.valueOf(e.getMessage())));
      return;
    }
    owner.configured();
    if (errors.isEmpty()) {
      send(
          AgentMessage.newBuilder()
              .setAck(Ack.newBuilder().setUpdate(update.getId()).setVersion(update.getVersion())));
    } else {
      Log.warn(
          "config of generation %d is not taken, the one before stays: %s"
              .formatted(
                  update.getVersion().getGeneration(),
                  errors.stream().map(LocalConfig::describe).collect(Collectors.joining("; "))));
      send(
          AgentMessage.newBuilder()
              .setNack(
                  Nack.newBuilder()
                      .setUpdate(update.getId())
                      .setVersion(update.getVersion())
                      .addAllErrors(errors)));
    }
  }

  private void answer(Ask ask) {
    AtomicBoolean answered = new AtomicBoolean();
    Consumer<Explanation> then =
        explanation -> {
          if (answered.compareAndSet(false, true)) {
            AgentMessage.Builder message =
                AgentMessage.newBuilder()
                    .setExplanation(explanation.toBuilder().setAsk(ask.getId()));
            // What it waited for may have come on another thread.
            thread.execute(() -> send(message));
          }
        };
    questions.answer(ask, then);
    thread.after(
        ANSWER_WAIT,
        () ->
            then.accept(
                Explanation.newBuilder()
                    .setError("the config of the callee has not come from control yet")
                    .build()));
  }

  private void drained() {
    draining.forEach(future -> future.complete(null));
    draining.clear();
  }

  private void reportAfter(Duration first, Duration interval) {
    timer =
        thread.after(
            first,
            () -> {
              // A control that reads slowly gets fewer reports, not a longer queue.
              if (stream != null && stream.ready()) {
                report();
              }
              reportAfter(interval, interval);
            });
  }

  private void report() {
    long now = thread.nanoTime();
    Report.Builder report =
        Report.newBuilder()
            .addAllEdges(edges.take())
            .setIntervalMillis(Duration.ofNanos(now - reportedAt).toMillis())
            .setLastError(Log.lastProblem());
    policies.addTo(report);
    EgressDenials.ofThisProcess().addTo(report);
    send(AgentMessage.newBuilder().setReport(report));
    reportedAt = now;
  }

  private void fail(Ending ending) {
    if (stream != null) {
      stream.abort();
    }
    ended(ending);
  }

  private void send(AgentMessage.Builder message) {
    if (stream != null && !over) {
      stream.send(message.build());
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
