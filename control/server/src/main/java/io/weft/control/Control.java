package io.weft.control;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.netty.handler.ssl.ClientAuth;
import io.weft.control.accept.Acceptance;
import io.weft.control.accept.History;
import io.weft.control.admin.AdminService;
import io.weft.control.admin.CaRequests;
import io.weft.control.admin.Explanations;
import io.weft.control.admin.Peers;
import io.weft.control.admin.View;
import io.weft.control.compile.ServiceId;
import io.weft.control.edge.Denials;
import io.weft.control.edge.Edges;
import io.weft.control.identity.Authority;
import io.weft.control.identity.Revoked;
import io.weft.control.identity.Token;
import io.weft.control.identity.Tokens;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.join.FailedJoins;
import io.weft.control.join.Joins;
import io.weft.control.join.ShownCertificates;
import io.weft.control.keys.KeySets;
import io.weft.control.loop.Loop;
import io.weft.control.push.Fleet;
import io.weft.control.push.PushService;
import io.weft.control.registry.Registry;
import io.weft.control.replica.Replicas;
import io.weft.control.share.Exchange;
import io.weft.control.share.Shares;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.StoreException;
import io.weft.control.store.StoreHealth;
import io.weft.control.store.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A running control service: everything between the store and the one TLS port that agents and the
 * command talk to.
 */
public final class Control implements AutoCloseable {
  private static final Duration STOP_AT_MOST = Duration.ofMillis(700);
  private static final Duration ROTATION_STEP = Duration.ofMillis(500);
  private static final Duration KEYS_STEP = Duration.ofMillis(500);
  private static final Duration EXPIRY_STEP = Duration.ofSeconds(1);
  private static final Duration DEMAND_STEP = Duration.ofSeconds(1);
  private static final Duration CALLERS_STEP = Duration.ofSeconds(1);
  private static final Duration REPORTS_STEP = Duration.ofSeconds(1);
  private static final int LARGEST_MESSAGE = 4 << 20;

  private final ConfigStore store;
  private final Loop loop = new Loop();
  private final Acceptance acceptance;
  private final Registry registry;
  private final Replicas replicas;
  private final Tokens tokens;
  private final Joins joins;
  private final WorkloadAuthority workloads;
  private final Exchange exchange;
  private final Fleet fleet;
  private final StoreHealth health;
  private final Server server;

  private Control(Options options, ConfigStore store, Authority authority) throws IOException {
    this.store = store;
    Clock clock = Clock.systemUTC();
    String id = UUID.randomUUID().toString().substring(0, 8);
    Edges edges = new Edges(System::nanoTime);
    Denials denials = new Denials(clock);
    this.replicas = new Replicas(store, loop, id, this::replicasChanged);
    Shares shares = new Shares(System::nanoTime);
    this.exchange = new Exchange(store, loop, id, replicas, shares);
    this.fleet = new Fleet(loop, clock, id, replicas::addresses, edges, denials, shares);
    this.tokens = new Tokens(store, loop, clock, authority.rootHash(), fleet::tokenGone);
    this.joins = Joins.by(options.joins(), tokens, loop, clock);
    this.registry =
        new Registry(
            store,
            loop,
            id,
            replicas::isLive,
            new Registry.Listener() {
              @Override
              public void endpointsChanged(ServiceId service) {
                fleet.endpointsChanged(service);
              }

              @Override
              public void servicesChanged() {
                fleet.servicesChanged();
              }
            });
    fleet.registry(registry);
    KeySets keys = new KeySets(loop, clock, fleet::changed);
    fleet.keys(keys);
    loop.every(KEYS_STEP, keys::advance);
    this.workloads =
        new WorkloadAuthority(
            store,
            loop,
            clock,
            options.authority(),
            new WorkloadAuthority.Listener() {
              @Override
              public void trustChanged() {
                fleet.changed();
              }

              @Override
              public void signerChanged() {
                fleet.renew();
              }

              @Override
              public void revoked(Revoked principal) {
                fleet.revoked(principal);
              }
            });
    fleet.authority(workloads);
    loop.every(
        ROTATION_STEP,
        () -> {
          if (registry.isRead()) {
            workloads.advance(fleet.holders());
          }
        });
    loop.every(EXPIRY_STEP, fleet::expire);
    loop.every(DEMAND_STEP, exchange::tell);
    loop.every(CALLERS_STEP, fleet::tellCallers);
    loop.every(REPORTS_STEP, fleet::tellReportIntervals);
    this.acceptance = new Acceptance(store, loop, clock, fleet::accepted);
    this.health =
        new StoreHealth(
            store,
            loop,
            new StoreHealth.Listener() {
              @Override
              public void found(String history) {
                acceptance.history(history);
                tokens.start();
                workloads.start();
                registry.start();
                exchange.start();
                acceptance.start();
              }

              @Override
              public void relist(String history) {
                tokens.start();
                workloads.start();
                replicas.relist();
                registry.relist();
                exchange.start();
                acceptance.relist(history);
              }
            });
    tokens.keepFile(options.data().resolve("join-token"), Token.Purpose.JOIN);
    tokens.keepFile(options.data().resolve("admin-token"), Token.Purpose.ADMIN);
    View view =
        new View(
            id,
            loop,
            store,
            acceptance,
            new History(store),
            registry,
            replicas,
            fleet,
            keys,
            edges,
            denials,
            health);
    Peers peers = new Peers(id, options.data());
    this.server =
        server(
            options,
            authority,
            new AdminService(
                acceptance,
                tokens,
                view,
                peers,
                new CaRequests(loop, workloads),
                new Explanations(loop, fleet, view, peers)));
  }

  /**
   * Starts one and returns once it serves.
   *
   * @throws IOException in one line for people, if it cannot
   * @throws StoreException in one line, if its store cannot be opened
   * @throws IllegalArgumentException in one line, for an option that makes no sense
   */
  public static Control start(Options options) throws IOException {
    Files.createDirectories(options.data());
    Authority authority = Authority.open(options.data(), Clock.systemUTC().instant());
    ConfigStore store = Stores.open(options.store(), options.etcd());
    Control control;
    try {
      control = new Control(options, store, authority);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
    try {
      control.server.start().join();
    } catch (CompletionException e) {
      control.close();
      throw new IOException(
          "cannot listen on " + options.host() + ":" + options.port() + ": " + root(e), e);
    }
    control.serve(options);
    return control;
  }

  private void serve(Options options) {
    String host = options.advertised().isEmpty() ? reachable(options.host()) : options.advertised();
    CompletableFuture.runAsync(
            () -> {
              replicas.start(host + ":" + port());
              health.start();
            },
            loop)
        .join();
  }

  /** Port it listens on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Waits until it ends. */
  public void awaitEnd() {
    server.whenClosed().join();
  }

  @Override
  public void close() {
    CompletableFuture.runAsync(
            () -> {
              fleet.close();
              acceptance.close();
              registry.close();
              exchange.close();
              tokens.close();
              workloads.close();
            },
            loop)
        .join();
    replicas.close();
    // Connections are closed at once; then Netty would wait two seconds for work that cannot come.
    // Armeria's own future does not take the end of a wait for its end.
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    var unused = server.stop().whenComplete((done, failure) -> stopped.complete(null));
    stopped.completeOnTimeout(null, STOP_AT_MOST.toMillis(), TimeUnit.MILLISECONDS).join();
    loop.close();
    store.close();
  }

  private void replicasChanged() {
    registry.replicasChanged();
    fleet.changed();
  }

  private Server server(Options options, Authority authority, AdminService admin) {
    PushService push =
        new PushService(
            loop, tokens::isListed, joins, new FailedJoins(System::nanoTime), workloads, fleet);
    Authority.ServerCertificate certificate =
        authority.serverCertificate(hosts(options), Clock.systemUTC().instant());
    ServerBuilder server = Server.builder();
    if (options.joins().authorities().isPresent()) {
      server.tlsCustomizer(
          tls -> tls.clientAuth(ClientAuth.OPTIONAL).trustManager(new ShownCertificates()));
    }
    return server
        .port(
            new ServerPort(
                new InetSocketAddress(options.host(), options.port()),
                com.linecorp.armeria.common.SessionProtocol.HTTPS))
        .tls(
            TlsKeyPair.of(
                certificate.key(),
                certificate.chain().toArray(java.security.cert.X509Certificate[]::new)))
        .requestTimeoutMillis(0)
        .maxRequestLength(LARGEST_MESSAGE)
        // Finds agents whose machine went away without a word.
        .pingIntervalMillis(10_000)
        .idleTimeoutMillis(60_000)
        .gracefulShutdownTimeoutMillis(0, 500)
        .service(
            GrpcService.builder()
                .addService(push)
                .maxRequestMessageLength(LARGEST_MESSAGE)
                .useBlockingTaskExecutor(false)
                .build(),
            // A stream is one request without end.
            service ->
                service.decorate(
                    (delegate, context, request) -> {
                      context.setMaxRequestLength(0);
                      return delegate.serve(context, request);
                    }))
        .serviceUnder("/v1", admin)
        .build();
  }

  private static Set<String> hosts(Options options) {
    Set<String> hosts = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
    hosts.add(reachable(options.host()));
    if (!options.advertised().isEmpty()) {
      hosts.add(options.advertised());
    }
    try {
      hosts.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // A machine without a name is called by its address.
    }
    return hosts;
  }

  private static String reachable(String host) {
    if (!host.equals("0.0.0.0") && !host.equals("::")) {
      return host;
    }
    try {
      return InetAddress.getLocalHost().getHostAddress();
    } catch (UnknownHostException e) {
      return "127.0.0.1";
    }
  }

  private static String root(Throwable fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
