package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.Source;
import io.weft.core.call.Alarms;
import io.weft.core.log.Log;
import io.weft.core.log.LogLevel;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import io.weft.core.registry.Ports;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListenersTest {
  private static final SocketAddress ANY_8080 = new InetSocketAddress(8080);

  private final InboundPolicies policies = new InboundPolicies(Alarms.shared());
  private final HookReports hooks = new HookReports();
  private final Listeners listeners = new Listeners(policies, hooks, new Ports());

  @BeforeEach
  void quiet() {
    Log.threshold(LogLevel.OFF);
  }

  @AfterEach
  void restore() {
    Log.threshold(LogLevel.INFO);
  }

  @Test
  void a_port_is_bound_while_nobody_is_barred_and_not_while_somebody_is() {
    assertThatCode(() -> listeners.binding(ANY_8080)).doesNotThrowAnyException();

    strict();

    assertThatThrownBy(() -> listeners.binding(ANY_8080))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("MutualTls/default/strict")
        .hasMessageContaining("exempt port 8080");
    assertThat(listeners.problems())
        .singleElement()
        .asString()
        .startsWith("port 8080 is not bound");
  }

  @Test
  void a_port_of_the_systems_choice_a_loopback_address_and_excluded_ports_are_bound() {
    strict();
    listeners.exclude(Set.of(8080));

    for (SocketAddress each :
        List.of(
            new InetSocketAddress(0),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 9090),
            ANY_8080)) {
      assertThatCode(() -> listeners.binding(each)).doesNotThrowAnyException();
    }
    assertThatCode(() -> listeners.binding(null)).doesNotThrowAnyException();
  }

  @Test
  void a_server_whose_library_is_hooked_binds_on_its_own_thread_or_to_its_own_address() {
    strict();

    Listeners.Expectation here = listeners.expect("tomcat");
    assertThat(isBound(ANY_8080)).isTrue();
    assertThat(CompletableFuture.supplyAsync(() -> isBound(ANY_8080)).join())
        .as("on another thread")
        .isFalse();
    here.close();
    Listeners.Expectation anywhere = listeners.expect("grpc", List.of(ANY_8080));
    assertThat(CompletableFuture.supplyAsync(() -> isBound(ANY_8080)).join()).isTrue();
    assertThat(isBound(new InetSocketAddress(8081))).isFalse();
    anywhere.close();
    assertThat(isBound(ANY_8080)).isFalse();
  }

  @Test
  void a_server_whose_library_was_left_alone_is_as_good_as_unguarded_and_named() {
    strict();
    hooks.add(HookReport.leftAlone("tomcat", "9.0.45", "it lacks something"));

    Listeners.Expectation expected = listeners.expect("tomcat");

    assertThatThrownBy(() -> listeners.binding(ANY_8080)).hasMessageContaining("tomcat 9.0.45");
    expected.close();
  }

  @Test
  void connections_at_an_unguarded_listener_are_shut_once_strangers_are_barred() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(0));
        Socket before = connect(server);
        SocketChannel taken = server.accept()) {
      listeners.bound(server, new InetSocketAddress(0), server.getLocalAddress());
      listeners.accepted(server::getLocalAddress, taken);
      assertThat(taken.socket().isInputShutdown()).isFalse();
      assertThat(listeners.problems()).isEmpty();

      strict();

      assertThat(taken.socket().isInputShutdown()).isTrue();
      assertThat(before.getInputStream().read()).isEqualTo(-1);
      try (Socket after = connect(server);
          SocketChannel next = server.accept()) {
        listeners.accepted(server::getLocalAddress, next);
        assertThat(after.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(listeners.problems())
          .singleElement()
          .asString()
          .contains("takes no connections")
          .contains("MutualTls/default/strict");

      policies.apply(policies.prepare(Inbound.getDefaultInstance(), "weft.local"));

      assertThat(listeners.problems()).isEmpty();
      try (Socket later = connect(server);
          SocketChannel next = server.accept()) {
        listeners.accepted(server::getLocalAddress, next);
        assertThat(next.socket().isInputShutdown()).isFalse();
        assertThat(later.isClosed()).isFalse();
      }
    }
  }

  @Test
  void connections_at_a_guarded_listener_are_its_guardians_business_until_a_hook_of_it_fails()
      throws Exception {
    strict();
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(0));
        Socket peer = connect(server);
        SocketChannel taken = server.accept()) {
      Listeners.Expectation expected = listeners.expect("jdk.httpserver");
      listeners.bound(server, new InetSocketAddress(0), server.getLocalAddress());
      expected.close();
      listeners.accepted(server::getLocalAddress, taken);
      assertThat(taken.socket().isInputShutdown()).isFalse();

      hooks.add(HookReport.leftAlone("jdk.httpserver", "", "cannot be linked"));

      listeners.accepted(server::getLocalAddress, taken);
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  private boolean isBound(SocketAddress address) {
    try {
      listeners.binding(address);
      return true;
    } catch (BindException e) {
      return false;
    }
  }

  private static Socket connect(ServerSocketChannel server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.socket().getLocalPort());
  }

  private void strict() {
    policies.apply(
        policies.prepare(
            Inbound.newBuilder()
                .setMutualTls(
                    MutualTls.newBuilder()
                        .setSource(
                            Source.newBuilder()
                                .setKind("MutualTls")
                                .setNamespace("default")
                                .setName("strict"))
                        .setMode(MutualTls.Mode.STRICT))
                .build(),
            "weft.local"));
  }
}
