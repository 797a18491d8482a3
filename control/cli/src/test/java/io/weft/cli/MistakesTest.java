package io.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.cli.Shell.Result;
import io.weft.control.Control;
import io.weft.control.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people get wrong, and the one line that each gets. */
class MistakesTest {
  @TempDir static Path folder;
  private static Control control;
  private static String address;
  private static Shell shell;

  @BeforeAll
  static void startControl() throws IOException {
    control = control("data");
    address = "127.0.0.1:" + control.port();
    shell = Shell.at(address, folder.resolve("data"));
  }

  private static Control control(String data) throws IOException {
    return Control.start(
        new Options(
            "127.0.0.1",
            0,
            "",
            "embedded:" + folder.resolve(data + "-store"),
            folder.resolve(data)));
  }

  @AfterAll
  static void stopControl() {
    control.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kind: Route\\nmetadata: {name: x\\nspec: [      | :3: expected ',' or '}'
          apiVersion: weft.io/v1\\nkind: Rout              | :2: kind unknown kind Rout, did you mean Route?
          just words                                      | :1:
          - a\\n- list                                     | :1:
          a: &a [x]\\nb: [*a, *a]\\nkind: Route             | :1:
          # a comment                                     | : there is no document in it
          """)
  void aMistakeInADocumentIsNamedByFileAndLine(String text, String expected) throws IOException {
    Path file = folder.resolve("mistake.yaml");
    Files.writeString(file, text.replace("\\n", "\n"));

    assertThat(refused(shell.weft("apply", "-f", file.toString()))).startsWith(file + expected);
  }

  @Test
  void bytesThatAreNoTextAndTooMuchTextAreRefused() throws IOException {
    Path file = folder.resolve("bytes.yaml");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(refused(shell.weft("apply", "-f", file.toString())))
        .isEqualTo(file + ": is not UTF-8");

    Files.writeString(file, "#".repeat(5 << 20));
    assertThat(refused(shell.weft("apply", "-f", file.toString())))
        .isEqualTo(file + ": is too long; at most 1 MiB is read");
  }

  @Test
  void nothingOnStandardInputIsCalledThat() {
    assertThat(refused(shell.weftReading("", "apply", "-f", "-")))
        .isEqualTo("stdin: there is no document in it");
  }

  @Test
  void filesThatAreNotThereAndFoldersWithoutDocumentsAreNamed() throws IOException {
    Path missing = folder.resolve("missing.yaml");
    assertThat(refused(shell.weft("apply", "-f", missing.toString())))
        .isEqualTo("weft: there is no file or folder " + missing);

    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThat(refused(shell.weft("apply", "-f", empty.toString())))
        .isEqualTo("weft: no *.yaml, *.yml or *.json below " + empty);
  }

  @Test
  void documentsAndKindsThatDoNotExistAreNamed() {
    assertThat(refused(shell.weft("get", "Routes")))
        .isEqualTo(
            "weft: unknown kind Routes; allowed: Service, ExternalService, Route, Timeout, Retry, LoadBalancer, CircuitBreaker, ConcurrencyLimit, OutlierDetection, HealthCheck, Egress, MutualTls, JwtAuthentication, Authorization, RateLimit, Fault, Telemetry");
    assertThat(refused(shell.weft("get", "Route/nope")))
        .isEqualTo("weft: there is no Route/default/nope");
    assertThat(refused(shell.weft("delete", "Route/nope", "-n", "shop")))
        .isEqualTo("weft: there is no Route/shop/nope");
    assertThat(refused(shell.weft("delete", "Route")))
        .isEqualTo("weft: Route must be Kind/name or Kind/namespace/name");
  }

  @Test
  void aControlThatDoesNotAnswerIsSaidOnceForAllFilesWithTheMend() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Shell nobody = Shell.at("127.0.0.1:" + free, folder.resolve("data"));

    assertThat(refused(nobody.weft("apply", "-f", "../../examples")))
        .isEqualTo(
            "weft: control does not answer at 127.0.0.1:"
                + free
                + ": start it with 'weft control', or name another with --control or"
                + " WEFT_CONTROL");
  }

  @Test
  void ofSeveralControlsTheOneThatAnswersIsAsked() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Shell both = Shell.at("127.0.0.1:" + free + ", " + address, folder.resolve("data"));

    assertThat(both.weft("status").exit()).isZero();
  }

  @Test
  void anAddressWithoutAPortIsRefused() {
    assertThat(refused(Shell.at("localhost", folder.resolve("data")).weft("status")))
        .isEqualTo("weft: control's address localhost must be host:port, such as 127.0.0.1:15010");
  }

  @Test
  void anotherControlsRootOrTokenIsToldFromItsOwn() throws IOException {
    Control other = control("other");
    other.close();
    Path data = folder.resolve("data");
    Path others = folder.resolve("other");

    assertThat(
            refused(
                Shell.with(address, others.resolve("root.pem"), data.resolve("admin-token"))
                    .weft("status")))
        .startsWith(
            "weft: control at "
                + address
                + " is not the one whose root certificate is in "
                + others.resolve("root.pem")
                + ": name its own with --root or WEFT_ROOT");
    assertThat(
            refused(
                Shell.with(address, data.resolve("root.pem"), others.resolve("admin-token"))
                    .weft("status")))
        .isEqualTo(
            "weft: control at "
                + address
                + " does not know the admin token of "
                + others.resolve("admin-token")
                + ", or it has expired: name that control's own with --token-file");
  }

  @Test
  void filesOfTheConnectionThatAreMissingOrSomethingElseAreNamed() throws IOException {
    Path data = folder.resolve("data");
    Path missing = folder.resolve("nowhere");
    Path words = folder.resolve("words");
    Files.writeString(words, "not a token\nat all\n");

    assertThat(refused(Shell.with(address, missing, data.resolve("admin-token")).weft("status")))
        .startsWith("weft: " + missing + " is not there: start control with 'weft control'");
    assertThat(refused(Shell.with(address, data.resolve("root.pem"), words).weft("status")))
        .isEqualTo("weft: " + words + " holds no admin token: control writes it, in one line");
    assertThat(refused(Shell.with(address, words, data.resolve("admin-token")).weft("status")))
        .startsWith("weft: " + words + " is not a certificate");
  }

  @Test
  void aServerWithoutTlsIsNotTakenForControl() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> refuseEachByHttp(plain));
      server.setDaemon(true);
      server.start();
      String at = "127.0.0.1:" + plain.getLocalPort();

      assertThat(refused(Shell.at(at, folder.resolve("data")).weft("status")))
          .isEqualTo("weft: what listens at " + at + " does not speak TLS, so it is not control");
    }
  }

  private static void refuseEachByHttp(ServerSocket plain) {
    while (!plain.isClosed()) {
      try (Socket socket = plain.accept()) {
        socket.getInputStream().read(new byte[1 << 14]);
        socket
            .getOutputStream()
            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // What is left unread when a socket is closed takes its answer with it.
        socket.shutdownOutput();
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // The caller has hung up, or the test is over.
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          apply            | weft: Missing required option: '--file=FILE'
          get -o xml       | weft: Invalid value for option '--output': expected one of [table, json, yaml]
          statsu           | weft: Unmatched argument at index 0: 'statsu'
          """)
  void aCommandThatIsNotUnderstoodExitsWithTwo(String command, String expected) {
    Result result = Shell.run(List.of(command.split(" ")));

    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err()).startsWith(expected);
    assertThat(result.err().lines()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --listen here            | weft: --listen here must be host:port, such as 127.0.0.1:15010
          --listen 127.0.0.1:99999 | weft: --listen 127.0.0.1:99999 must be host:port, such as 127.0.0.1:15010
          --store paper:notes      | weft: control: not a store: paper:notes; write embedded:<folder> or etcd:http://<host>:<port>
          --store etcd:localhost   | weft: control: not an address of etcd: localhost; write http://host:port or https://host:port
          --store etcd:https://a:pw@h:1 | weft: control: a user is named with --etcd-user and --etcd-password-file, not in the address of etcd
          --store etcd:https://a:1,http://b:1 | weft: control: etcd's addresses are all http:// or all https://, not https://a:1,http://b:1
          --store etcd:http://a:1 --etcd-ca ca.pem | weft: control: --etcd-ca, --etcd-cert and --etcd-key go with https://, not with http://a:1
          --store etcd:http://a:1 --etcd-user weft --etcd-password-file p | weft: control: the password of --etcd-user would be sent in plaintext to http://a:1: have etcd speak TLS, and write https://
          --store embedded:x --etcd-ca ca.pem | weft: control: options for etcd go with --store etcd:https://<host>:<port>, not with embedded:x
          --etcd-cert c.pem        | weft: control: --etcd-cert and --etcd-key belong together: give both
          --etcd-user weft         | weft: control: --etcd-user and --etcd-password-file belong together: give both
          --store etcd:https://a:1 --etcd-ca /nowhere/ca.pem | weft: control: --etcd-ca /nowhere/ca.pem is not there
          --store etcd:https://a:1 --etcd-user weft --etcd-password-file /nowhere/p | weft: control: --etcd-password-file /nowhere/p is not there
          --listen 127.0.0.1:0 --join-ca /no/ca | weft: control: --join-ca: there is no file /no/ca
          --kubernetes-issuer i    | weft: control: --kubernetes-issuer and --kubernetes-jwks belong together
          --listen 127.0.0.1:0 --kubernetes-issuer i --kubernetes-jwks http://a | weft: control: --kubernetes-jwks http://a must be a file or begin with https://
          --listen 127.0.0.1:0 --kubernetes-issuer i --kubernetes-jwks https://a --kubernetes-jwks-ca /no/ca | weft: control: --kubernetes-jwks-ca: there is no file /no/ca
          """)
  void aControlThatCannotBeIsRefused(String options, String expected) {
    List<String> command =
        List.of(("control --data " + folder.resolve("never") + " " + options).split(" "));

    assertThat(refused(Shell.run(command))).isEqualTo(expected);
  }

  @Test
  void aPortOrAStoreThatIsTakenIsNamed() {
    String spare = folder.resolve("spare").toString();
    assertThat(refused(Shell.run(List.of("control", "--listen", address, "--data", spare))))
        .isEqualTo("weft: control: cannot listen on " + address + ": Address already in use");
    assertThat(
            refused(
                Shell.run(
                    List.of(
                        "control",
                        "--listen",
                        "127.0.0.1:0",
                        "--data",
                        spare,
                        "--store",
                        "embedded:" + folder.resolve("data-store")))))
        .isEqualTo(
            "weft: control: the store "
                + folder.resolve("data-store")
                + " is in use by another control service");
  }

  // The only line of a command that was refused.
  private static String refused(Result result) {
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    return result.err().strip();
  }
}
