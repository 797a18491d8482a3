package io.weft.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.api.v1.Revocation;
import io.weft.api.v1.Trust;
import io.weft.core.identity.TestPki.Leaf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two processes that shake hands, one of them not always what it should be. */
class LiveTlsTest {
  private static final String ORDERS = "spiffe://weft.local/ns/default/sa/orders";
  private static final String STOCK = "spiffe://weft.local/ns/default/sa/stock";
  private static final TestPki MESH = new TestPki();
  private static final TestPki OTHER = new TestPki();

  private final MovableClock clock = new MovableClock();
  private final LiveTls orders = new LiveTls(clock);
  private final LiveTls stock = new LiveTls(clock);

  @BeforeEach
  void certify() {
    orders.trust(MESH.trust("weft.local"), "t1");
    stock.trust(MESH.trust("weft.local"), "t1");
    orders.identity(TestPki.svid(Leaf.of(ORDERS), MESH));
    stock.identity(TestPki.svid(Leaf.of(STOCK), MESH));
  }

  @Test
  void each_knows_who_the_other_is() throws Exception {
    Pair pair = shake(orders, STOCK, stock);

    assertThat(stock.peer(pair.server.getSession()).id()).isEqualTo(ORDERS);
    assertThat(stock.peer(pair.server.getSession()).namespace()).isEqualTo("default");
    assertThat(orders.peer(pair.client.getSession()).id()).isEqualTo(STOCK);
    assertThat(pair.server.getSession().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(stock.peer(pair.server.getSession())).isSameAs(stock.peer(pair.server.getSession()));
  }

  @Test
  void a_process_without_identity_or_trust_has_no_tls() {
    LiveTls fresh = new LiveTls(clock);
    assertThat(fresh.ready()).isFalse();
    assertThatThrownBy(() -> fresh.serverEngine()).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> fresh.client(STOCK)).isInstanceOf(SSLException.class);

    fresh.identity(TestPki.svid(Leaf.of(STOCK), MESH));

    assertThat(fresh.ready()).as("nobody to believe").isFalse();
  }

  static Stream<Arguments> strangers() {
    Duration hour = Duration.ofHours(1);
    return Stream.of(
        Arguments.of("self-signed", TestPki.selfSigned(Leaf.of(ORDERS))),
        Arguments.of("of another authority", TestPki.svid(Leaf.of(ORDERS), OTHER)),
        Arguments.of(
            "expired",
            TestPki.svid(Leaf.of(ORDERS).valid(hour.multipliedBy(-2), hour.negated()), MESH)),
        Arguments.of(
            "not yet valid", TestPki.svid(Leaf.of(ORDERS).valid(hour, hour.multipliedBy(2)), MESH)),
        Arguments.of(
            "of another trust domain",
            TestPki.svid(Leaf.of("spiffe://elsewhere/ns/default/sa/orders"), MESH)),
        Arguments.of("two URIs", TestPki.svid(Leaf.of(ORDERS, STOCK), MESH)),
        Arguments.of("no URI", TestPki.svid(Leaf.of(), MESH)),
        Arguments.of("no SPIFFE ID", TestPki.svid(Leaf.of("https://orders"), MESH)),
        Arguments.of("a trust domain alone", TestPki.svid(Leaf.of("spiffe://weft.local"), MESH)),
        Arguments.of("an authority", TestPki.svid(Leaf.of(ORDERS).asAuthority(), MESH)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strangers")
  void strangers_are_refused_by_servers(String what, Svid stranger) {
    orders.identity(stranger);

    assertThatThrownBy(() -> shake(orders, STOCK, stock)).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strangers")
  void strangers_are_refused_by_clients(String what, Svid stranger) {
    stock.identity(stranger);

    assertThatThrownBy(() -> shake(orders, ORDERS, stock)).isInstanceOf(SSLException.class);
  }

  @Test
  void a_server_that_is_somebody_else_is_refused() {
    assertThatThrownBy(() -> shake(orders, ORDERS, stock))
        .hasStackTraceContaining("it is " + STOCK + ", not " + ORDERS);
  }

  @Test
  void a_client_without_a_certificate_is_refused() {
    assertThatThrownBy(
            () -> {
              javax.net.ssl.SSLContext context = javax.net.ssl.SSLContext.getInstance("TLS");
              context.init(
                  null,
                  orders.client(STOCK) == null
                      ? null
                      : new javax.net.ssl.TrustManager[] {
                        new PeerTrust(
                            new PeerCheck(TrustBundle.of(MESH.trust("weft.local"), "")),
                            STOCK,
                            TestPki.svid(TestPki.Leaf.of(ORDERS), MESH).leaf(),
                            clock)
                      },
                  null);
              SSLEngine client = context.createSSLEngine();
              client.setUseClientMode(true);
              shake(client, stock.serverEngine());
            })
        .isInstanceOf(SSLException.class);
  }

  @Test
  void old_versions_of_tls_are_refused_and_1_2_is_spoken_where_that_is_asked_for()
      throws Exception {
    SSLEngine old = orders.client(STOCK).context().createSSLEngine();
    old.setUseClientMode(true);
    old.setEnabledProtocols(new String[] {"TLSv1.2"});
    assertThatThrownBy(() -> shake(old, stock.serverEngine())).isInstanceOf(SSLException.class);

    stock.tls12(true);
    SSLEngine again = orders.client(STOCK).context().createSSLEngine();
    again.setUseClientMode(true);
    again.setEnabledProtocols(new String[] {"TLSv1.2"});

    assertThat(shake(again, stock.serverEngine()).server.getSession().getProtocol())
        .isEqualTo("TLSv1.2");
  }

  @Test
  void the_protocol_is_chosen_among_those_served() throws Exception {
    assertThat(alpn(List.of("http/1.1", "h2"), "h2", "http/1.1")).isEqualTo("h2");
    assertThat(alpn(List.of("h2", "http/1.1"), "http/1.1")).isEqualTo("http/1.1");
    assertThat(alpn(List.of("http/1.1"), "h2", "http/1.1")).isEqualTo("http/1.1");
    assertThat(alpn(List.of(), "http/1.1")).isEmpty();
    assertThatThrownBy(() -> alpn(List.of("h2"), "http/1.1")).isInstanceOf(SSLException.class);
  }

  @Test
  void contexts_stay_the_same_until_identity_or_trust_change() throws Exception {
    ClientTls before = orders.client(STOCK);
    assertThat(orders.client(STOCK)).isSameAs(before);

    orders.identity(TestPki.svid(Leaf.of(ORDERS), MESH));
    ClientTls after = orders.client(STOCK);

    assertThat(after).isNotSameAs(before);
    assertThat(after.epoch()).isNotEqualTo(before.epoch());
  }

  @Test
  void who_is_revoked_is_refused_at_the_handshake_and_on_open_connections() throws Exception {
    Peer open = stock.peer(shake(orders, STOCK, stock).server.getSession());
    assertThat(stock.disbelief(open)).isEmpty();

    stock.trust(revoking(ORDERS, Instant.now().plusSeconds(1)), "t2");

    assertThat(stock.disbelief(open)).contains(ORDERS).contains("revoked");
    assertThatThrownBy(() -> shake(orders, STOCK, stock)).isInstanceOf(SSLException.class);
    stock.trust(revoking(ORDERS, Instant.now().minusSeconds(3_600)), "t3");
    assertThat(stock.disbelief(open)).as("certified since").isEmpty();
    shake(orders, STOCK, stock);
  }

  @Test
  void a_root_that_is_gone_takes_open_connections_with_it() throws Exception {
    Peer open = stock.peer(shake(orders, STOCK, stock).server.getSession());

    stock.trust(OTHER.trust("weft.local"), "t2");

    assertThat(stock.disbelief(open)).isNotEmpty();
  }

  @Test
  void an_open_connection_ends_once_its_peer_is_revoked_and_no_other_does() throws Exception {
    List<String> ended = new ArrayList<>();
    Peer open = stock.peer(shake(orders, STOCK, stock).server.getSession());
    stock.watch(open, () -> ended.add("open"));
    stock.watch(open, () -> ended.add("closed before")).over();
    stock.watch(Peer.UNKNOWN, () -> ended.add("of a stranger"));

    stock.trust(revoking(STOCK, Instant.now().plusSeconds(1)), "t2");
    assertThat(ended).isEmpty();
    stock.trust(revoking(ORDERS, Instant.now().plusSeconds(1)), "t3");
    stock.identity(TestPki.svid(Leaf.of(STOCK), MESH));
    assertThat(ended).containsExactly("open");

    stock.watch(open, () -> ended.add("revoked during its handshake"));
    assertThat(ended).containsExactly("open", "revoked during its handshake");
  }

  @Test
  void who_is_revoked_does_not_come_back_by_a_session_of_before() throws Exception {
    shakeAgain();
    shakeAgain();

    stock.trust(revoking(ORDERS, Instant.now().plusSeconds(1)), "t2");

    assertThatThrownBy(this::shakeAgain).isInstanceOf(SSLException.class);
  }

  // As between the same two addresses, so that a client offers the session it has.
  private void shakeAgain() throws Exception {
    SSLContext context = orders.client(STOCK).context();
    context.getClientSessionContext().setSessionTimeout(3_600);
    SSLEngine client = context.createSSLEngine("stock", 80);
    client.setUseClientMode(true);
    shake(client, stock.serverEngine());
  }

  @Test
  void corrupt_trust_is_refused_and_what_was_believed_stays() throws Exception {
    for (Trust bad :
        List.of(
            Trust.getDefaultInstance(),
            Trust.newBuilder().putRoots("weft.local", "").build(),
            Trust.newBuilder()
                .putRoots("weft.local", "-----BEGIN CERTIFICATE-----\nAAAA")
                .build())) {
      assertThatThrownBy(() -> stock.trust(bad, "t2")).isInstanceOf(IllegalArgumentException.class);
    }
    shake(orders, STOCK, stock);
  }

  @Test
  void a_connection_is_outdated_before_a_certificate_of_it_ends_and_disbelieved_after()
      throws Exception {
    Peer open = stock.peer(shake(orders, STOCK, stock).server.getSession());
    assertThat(stock.outdated(open)).isFalse();

    clock.offset = Duration.ofMinutes(50);
    assertThat(stock.outdated(open)).isTrue();
    assertThat(stock.disbelief(open)).isEmpty();

    clock.offset = Duration.ofMinutes(61);
    assertThat(stock.disbelief(open)).as("within the grace").isEmpty();
    clock.offset = Duration.ofMinutes(66);
    assertThat(stock.disbelief(open)).contains("ended at");
  }

  @Test
  void a_session_of_the_applications_own_proves_nothing() throws Exception {
    Svid foreign = TestPki.selfSigned(Leaf.of("https://shop"));
    javax.net.ssl.SSLContext own = javax.net.ssl.SSLContext.getInstance("TLS");
    own.init(null, null, null);
    assertThat(foreign).isNotNull();

    assertThat(stock.peer(own.createSSLEngine().getSession())).isSameAs(Peer.UNKNOWN);
  }

  private static Trust revoking(String id, Instant before) {
    return MESH.trust("weft.local").toBuilder()
        .addRevocations(
            Revocation.newBuilder().setSpiffeId(id).setIssuedBeforeSeconds(before.getEpochSecond()))
        .build();
  }

  private String alpn(List<String> offered, String... served) throws Exception {
    SSLEngine client = orders.client(STOCK).context().createSSLEngine();
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setApplicationProtocols(offered.toArray(String[]::new));
    client.setSSLParameters(parameters);
    return shake(client, stock.serverEngine(served)).server.getApplicationProtocol();
  }

  private record Pair(SSLEngine client, SSLEngine server) {}

  private static Pair shake(LiveTls caller, String expected, LiveTls callee) throws Exception {
    SSLEngine client = caller.client(expected).context().createSSLEngine();
    client.setUseClientMode(true);
    return shake(client, callee.serverEngine());
  }

  /** Goes on until each has read something of the other, so that both have finished. */
  private static Pair shake(SSLEngine client, SSLEngine server) throws Exception {
    ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
    boolean clientHeard = false;
    boolean serverHeard = false;
    for (int i = 0; i < 100 && !(clientHeard && serverHeard); i++) {
      step(client, toServer);
      serverHeard |= read(server, toServer) > 0;
      step(server, toClient);
      clientHeard |= read(client, toClient) > 0;
    }
    assertThat(clientHeard && serverHeard).isTrue();
    return new Pair(client, server);
  }

  private static void step(SSLEngine engine, ByteBuffer out) throws SSLException {
    for (int i = 0; i < 10; i++) {
      tasks(engine);
      SSLEngineResult result = engine.wrap(ByteBuffer.wrap(new byte[] {42}), out);
      if (result.bytesProduced() == 0 || result.bytesConsumed() > 0) {
        return;
      }
    }
  }

  private static int read(SSLEngine engine, ByteBuffer in) throws SSLException {
    in.flip();
    int heard = 0;
    ByteBuffer text = ByteBuffer.allocate(1 << 15);
    while (in.hasRemaining()) {
      SSLEngineResult result = engine.unwrap(in, text);
      heard += result.bytesProduced();
      tasks(engine);
      if (result.bytesConsumed() == 0 && result.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
        break;
      }
    }
    in.compact();
    return heard;
  }

  private static void tasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private static final class MovableClock implements InstantSource {
    private Duration offset = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(offset);
    }
  }
}
