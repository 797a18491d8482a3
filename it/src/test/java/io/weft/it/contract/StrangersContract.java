package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.weft.it.contract.RawStranger.Heard;
import io.weft.it.process.JavaProcess;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What somebody gets at the port of a service that takes mutual TLS alone, who is not of the mesh:
 * nothing of the application, whatever he shows or sends or does not send; and those who are of it
 * are served meanwhile. Strangers have curl and openssl, and sockets where these are too polite.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
abstract class StrangersContract {
  private static final String STRICT = "{mode: STRICT}";
  private static final int FLOOD = 10_000;

  private final Stranger nobody;
  private ContractMesh mesh;
  private JavaProcess app;
  private List<Integer> ports;
  private int port;
  private Stranger good;
  private List<String> saidOfTheMesh;

  StrangersContract(Tongue tongue) {
    this.nobody = Stranger.speaking(tongue);
  }

  /**
   * The application under test, whose version is {@link Tongue#ANSWER}, with as little of threads
   * and places for connections as it can do with.
   */
  abstract JavaProcess.Builder besieged();

  /** The name of its service; no other contract's. */
  abstract String service();

  /** Its ports, in the order they were opened. */
  abstract List<Integer> ports(JavaProcess started);

  /** Starts somebody of the mesh who calls it. */
  abstract Friend friend(ContractMesh of);

  /** Whether very many connections are tried on it. */
  abstract boolean flooded();

  private Friend friend;

  /** Of the mesh: an application with an agent. */
  interface Friend extends AutoCloseable {
    /** What the application answers when it is called, if need be on a connection of before. */
    String calls();

    @Override
    void close();
  }

  @BeforeAll
  void open(ContractMesh shared) {
    mesh = shared;
    app = mesh.start(service(), besieged());
    ports = ports(app);
    port = ports.get(0);
    friend = friend(mesh);
    good = nobody.showing(mesh.forgeries().certificate("good"));
    eventually().until(() -> mesh.ports(app).size() == ports.size());
    tls(STRICT);
    eventually().until(() -> friend.calls().contains(Tongue.ANSWER));
    eventually().until(() -> answered(good.asksOverTls(port)));
    saidOfTheMesh = app.output();
  }

  @AfterAll
  void end() {
    if (friend != null) {
      friend.close();
    }
    if (app != null) {
      app.close();
      mesh.admin().delete("MutualTls", "default", service());
    }
  }

  @Test
  void those_of_the_mesh_are_not_said_to_be_denied() {
    assertThat(saidOfTheMesh).noneMatch(line -> line.contains("denied"));
  }

  @Test
  void plaintext_is_refused_and_by_another_policy_answered_without_a_restart() {
    assertThat(nobody.asks(port)).isEmpty();
    eventually().until(() -> says("denied by MutualTls STRICT: plaintext at port " + port));

    tls("{mode: PERMISSIVE}");

    assertThat(nobody.asks(port)).contains(Tongue.ANSWER);
    assertThat(good.asksOverTls(port)).contains(Tongue.ANSWER);
    try (Relay relay = Relay.to(port, Relay.Pieces.BYTES)) {
      assertThat(nobody.asks(relay.port())).as("byte by byte").contains(Tongue.ANSWER);
    }

    tls(STRICT);

    assertThat(nobody.asks(port)).isEmpty();
    assertThat(friend.calls()).contains(Tongue.ANSWER);
  }

  @Test
  void who_shows_no_certificate_gets_an_alert() {
    assertThat(nobody.asksOverTls(port)).isEmpty();
    assertThat(nobody.shakesHands(port)).contains("SSL alert number").doesNotContain(Tongue.ANSWER);
    eventually().until(() -> says("denied by mutual TLS: handshake at port " + port));
    assertThat(friend.calls()).contains(Tongue.ANSWER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "self-signed",
        "another-root",
        "expired",
        "not-yet-valid",
        "another-trust-domain",
        "two-names",
        "no-name",
        "an-authority"
      })
  void who_shows_another_certificate_than_he_should_gets_an_alert(String flaw) {
    Stranger stranger = nobody.showing(mesh.forgeries().certificate(flaw));

    assertThat(stranger.asksOverTls(port)).isEmpty();
    assertThat(stranger.shakesHands(port))
        .contains("SSL alert number")
        .doesNotContain(Tongue.ANSWER);
    assertThat(friend.calls()).contains(Tongue.ANSWER);
  }

  @Test
  void who_is_revoked_gets_an_alert() {
    Stranger outcast = nobody.showing(mesh.forgeries().certificate("outcast"));
    mesh.weft("ca", "revoke", "default/outcast");

    eventually().until(() -> outcast.asksOverTls(port).isEmpty());
    assertThat(outcast.shakesHands(port)).contains("SSL alert number");
    assertThat(good.asksOverTls(port)).contains(Tongue.ANSWER);
    assertThat(friend.calls()).contains(Tongue.ANSWER);
  }

  @Test
  void older_versions_of_tls_are_refused_and_1_2_is_spoken_where_a_policy_says_so() {
    assertThat(good.shakesHands(port, "-tls1_2")).contains("alert protocol version");
    refusesTls11();

    tls("{mode: STRICT, minimumTlsVersion: '1.2'}");

    assertThat(good.asksOverTls(port, "--tls-max", "1.2")).contains(Tongue.ANSWER);
    assertThat(nobody.asksOverTls(port, "--tls-max", "1.2")).isEmpty();
    assertThat(good.asksOverTls(port)).contains(Tongue.ANSWER);
    refusesTls11();

    tls(STRICT);

    assertThat(good.asksOverTls(port, "--tls-max", "1.2")).isEmpty();
    assertThat(friend.calls()).contains(Tongue.ANSWER);
  }

  private void refusesTls11() {
    for (String version : List.of("-tls1_1", "-tls1")) {
      assertThat(good.shakesHands(port, version, "-cipher", "DEFAULT@SECLEVEL=0"))
          .contains("alert protocol version")
          .doesNotContain(Tongue.ANSWER);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_handshake_in_pieces_is_as_good_as_one_at_a_stroke(Relay.Pieces pieces) {
    try (Relay relay = Relay.to(port, pieces)) {
      assertThat(good.asksOverTls(relay.port())).contains(Tongue.ANSWER);
    }
  }

  @Test
  void who_says_something_else_or_nothing_is_heard_out_for_a_while_and_told_nothing() {
    // All places for connections of one port, where these are few, but for one of the friend's.
    int last = ports.get(ports.size() - 1);
    Map<String, CompletableFuture<Heard>> strangers = new TreeMap<>();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < 4; i++) {
        strangers.put("silence " + i, RawStranger.SILENCE.at(last, threads));
        strangers.put("first byte " + i, RawStranger.FIRST_BYTE.at(last, threads));
      }
      for (RawStranger each : RawStranger.values()) {
        strangers.put(each.name(), each.at(port, threads));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(friend.calls()).as("meanwhile").contains(Tongue.ANSWER);
        assertThat(good.asksOverTls(port)).as("meanwhile").contains(Tongue.ANSWER);
      }

      strangers.forEach(
          (name, stranger) -> {
            Heard heard = stranger.join();
            assertThat(heard.closed()).as(name + " is closed").isTrue();
            assertThat(heard.text()).as(name).matches(RawStranger.NOTHING);
          });

      var another = RawStranger.SILENCE.at(last, threads);
      assertThat(good.asksOverTls(last)).as("their places are free").contains(Tongue.ANSWER);
      assertThat(another).as("who comes after them").isNotDone();
      assertThat(friend.calls()).contains(Tongue.ANSWER);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void ten_thousand_connections_that_come_to_nothing_keep_nobody_from_being_served() {
    assumeTrue(flooded(), "another version's part");
    assumeTrue(mayOpen(FLOOD + 1_000), "a limit of open files that is high enough");
    String kept = friend.calls();

    try (HalfOpen strangers = HalfOpen.connections(FLOOD, port)) {
      assertThat(strangers.awaitConnected()).isTrue();
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        answers.add(friend.calls());
        answers.add(good.asksOverTls(port));
      }
      assertThat(answers).allMatch(answer -> answer.contains(Tongue.ANSWER));
      assertThat(strangers.awaitClosed()).isTrue();
    }

    assertThat(kept).contains(Tongue.ANSWER);
    assertThat(friend.calls()).contains(Tongue.ANSWER);
    assertThat(good.asksOverTls(port)).contains(Tongue.ANSWER);
    assertThat(app.output()).noneMatch(line -> line.contains("OutOfMemoryError"));
  }

  private static boolean mayOpen(int files) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        && unix.getMaxFileDescriptorCount() >= files;
  }

  private boolean says(String words) {
    return app.output().stream().anyMatch(line -> line.contains(words));
  }

  private static boolean answered(String printed) {
    return printed.contains(Tongue.ANSWER);
  }

  private void tls(String conf) {
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: MutualTls
                metadata: {name: %s}
                spec:
                  to: {service: %s}
                  conf: %s
                """
                    .formatted(service(), service(), conf));
    mesh.awaitAcked(app, generation);
  }
}
