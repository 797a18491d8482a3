package io.weft.core.link;

import io.weft.api.v1.Hello;
import io.weft.api.v1.Identity;
import io.weft.api.v1.Welcome;
import io.weft.core.identity.LiveTls;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.registry.InstanceRecord;
import io.weft.core.settings.HostPort;
import io.weft.core.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This agent's tie to control: joins, receives config, registers the instance, reports; and does so
 * again, with jittered backoff, whenever the tie breaks.
 *
 * <p>Everything happens on one daemon thread; the methods only hand over to it, never block and
 * never throw. Nothing that control does or fails to do reaches the application but as config.
 */
public final class ControlLink {

  /** The push protocol this agent speaks. */
  static final int PROTOCOL = 1;

  /** A stream that breaks sooner than this after Welcome counts as one more failure. */
  private static final Duration STEADY = Duration.ofSeconds(10);

  private static final Duration REGISTRATION_SETTLES = Duration.ofMillis(20);
  private static final Duration CONFIG_SETTLES = Duration.ofMillis(200);
  private static final Duration GOODBYE_WAIT = Duration.ofMillis(500);

  private final LinkThread thread;
  private final ControlStream.Opener opener;
  private final Settings settings;
  private final Identity identity;
  private final LocalConfig config;
  private final InstanceRecord instance;
  private final EdgeStats edges;
  private final Questions questions;
  private final Runnable noConfig;
  private final CredentialSource credentials;
  private final ControlAddresses addresses;
  private final ReconnectDelay delay;
  private final LinkNews news = new LinkNews();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Debounce registration;
  private final Debounce saving;
  private final Certification certification;
  private final ClockCheck clockCheck;

  private @Nullable Session session;
  private @Nullable ConfigCache cache;
  private boolean closing;

  ControlLink(
      LinkThread thread,
      ControlStream.Opener opener,
      Settings settings,
      Identity identity,
      DataPlane dataPlane,
      LiveTls tls,
      InstantSource clock,
      InstanceRecord instance,
      EdgeStats edges,
      Questions questions,
      Runnable noConfig,
      RandomGenerator random) {
    this.thread = thread;
    this.opener = opener;
    this.settings = settings;
    this.identity = identity;
    this.config =
        new LocalConfig(new TrustingDataPlane(dataPlane, tls, InboundPolicies.ofThisProcess()));
    this.instance = instance;
    this.edges = edges;
    this.questions = questions;
    this.noConfig = noConfig;
    this.credentials = CredentialSource.of(settings);
    this.addresses = new ControlAddresses(settings.control());
    this.delay = new ReconnectDelay(random);
    this.registration = new Debounce(thread, REGISTRATION_SETTLES, this::register);
    this.saving = new Debounce(thread, CONFIG_SETTLES, this::save);
    this.clockCheck = new ClockCheck(clock);
    this.certification =
        new Certification(thread, tls, clock, clockCheck, random, registration::request);
  }

  /**
   * A link that is not yet started, on a thread of its own.
   *
   * @param identity who this process is; sent at each join
   * @param tls is given what control says of identity and trust
   * @param questions answers what people ask of this process by way of control
   * @param noConfig run, on the link's thread, whenever control was tried in vain and no config is
   *     held from before, so that nothing waits for it
   */
  public static ControlLink create(
      Settings settings,
      Identity identity,
      DataPlane dataPlane,
      LiveTls tls,
      InstanceRecord instance,
      EdgeStats edges,
      Questions questions,
      Runnable noConfig) {
    LinkThread thread = new DaemonLinkThread();
    return new ControlLink(
        thread,
        new GrpcStreamOpener(thread),
        settings,
        identity,
        dataPlane,
        tls,
        InstantSource.system(),
        instance,
        edges,
        questions,
        noConfig,
        new SplittableRandom());
  }

  /** Puts the cached config in force, then connects. */
  public void start() {
    thread.execute(this::connect);
  }

  /** The application calls these services, each as {@code namespace/name}. */
  public void subscribe(Collection<String> services) {
    thread.execute(
        () -> {
          if (config.subscribe(services)) {
            if (session != null) {
              session.subscribe();
            }
            saving.request();
          }
        });
  }

  /** The instance's record may read differently now: a port opened or closed, a library was met. */
  public void registrationChanged() {
    // Debounced, since a server that restarts closes and opens its port within a moment.
    thread.execute(registration::request);
  }

  /**
   * Has this process taken out of its callers' rotation, for good.
   *
   * @return done once control says so, or at once where nobody calls or control is away
   */
  public CompletableFuture<Void> drain() {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    thread.execute(
        () -> {
          boolean serves = instance.serves();
          instance.drain();
          if (!serves || session == null || !session.drain(drained)) {
            drained.complete(null);
          }
        });
    return drained;
  }

  /** Takes leave of control and connects no more; done when nothing is left to send. */
  public CompletableFuture<Void> close() {
    thread.execute(
        () -> {
          closing = true;
          saving.flush();
          if (session == null || !session.leave()) {
            closed.complete(null);
          }
          thread.after(GOODBYE_WAIT, () -> closed.complete(null));
        });
    return closed;
  }

  private void connect() {
    if (closing) {
      return;
    }
    JoinCredential credential;
    try {
      credential = credentials.read();
    } catch (NoCredentialException e) {
      news.noCredential(String.valueOf(e.getMessage()));
      noConfig.run();
      InboundPolicies.ofThisProcess().notAwaited();
      thread.after(delay.next(), this::connect);
      return;
    }
    restoreOnce(credential);
    HostPort control = addresses.current();
    Session opened =
        new Session(
            thread,
            control,
            config,
            instance,
            certification,
            edges,
            InboundPolicies.ofThisProcess(),
            questions,
            new SessionOwner(control));
    session = opened;
    try {
      opened.open(opener, credential, hello(credential), delay.patience());
    } catch (RuntimeException | LinkageError e) {
      opened.ended(new Ending(Ending.Kind.FAULT, "fault in the agent: " + e));
    }
  }

  private Hello hello(JoinCredential credential) {
    return Hello.newBuilder()
        .setProtocol(PROTOCOL)
        .addAllFeatures(config.features())
        .addFeatures(Questions.FEATURE)
        .addFeatures(HeldConfig.MERGES_NAMES)
        .setIdentity(identity)
        .setCredential(credential.message())
        .addAllHeld(config.versions())
        .addAllSubscriptions(config.subscriptions().getServicesList())
        .build();
  }

  // Afterwards what is in memory is at least as new as the file.
  private void restoreOnce(JoinCredential credential) {
    if (cache == null) {
      cache = new ConfigCache(CacheFile.of(settings, credential.roots().mesh()));
      config.restore(cache);
    }
  }

  private void register() {
    if (session != null) {
      session.register();
    }
  }

  private void save() {
    if (cache != null) {
      config.save(cache);
    }
  }

  private final class SessionOwner implements Session.Owner {

    private final HostPort control;
    private long upAt;
    private boolean up;

    SessionOwner(HostPort control) {
      this.control = control;
    }

    @Override
    public void up(Welcome welcome) {
      up = true;
      upAt = thread.nanoTime();
      addresses.learn(welcome.getReplicasList());
      news.up(control, welcome);
      if (welcome.getTimeMillis() > 0) {
        clockCheck.controlSays(Instant.ofEpochMilli(welcome.getTimeMillis()));
      }
    }

    @Override
    public void configured() {
      registration.request(); // It tells what is trusted.
      saving.request();
    }

    @Override
    public void ended(Ending ending) {
      session = null;
      if (closing) {
        closed.complete(null);
        return;
      }
      if (up && thread.nanoTime() - upAt >= STEADY.toNanos()) {
        delay.succeeded();
      }
      if (ending.kind() != Ending.Kind.RESYNC) {
        addresses.advance();
      }
      if (config.isEmpty()) {
        noConfig.run();
      }
      Duration wait = delay.next();
      news.down(control, ending, delay.failures() >= addresses.count(), !config.isEmpty());
      thread.after(wait, ControlLink.this::connect);
    }
  }
}
