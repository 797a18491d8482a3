package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.spiffeid.SpiffeId;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The library of the SPIFFE project, which knows nothing of Weft, believes our certificates. */
class SpiffeIT {
  private static final TrustDomain DOMAIN = TrustDomain.parse("weft.local");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ecdsa", "rsa", "ed25519"})
  void what_is_signed_and_what_a_service_shows_are_svids_of_the_bundle(String algorithm)
      throws Exception {
    try (ControlService control = ControlService.embedded(folder, "--ca-algorithm", algorithm);
        JavaProcess desk = desk(control)) {
      // The authority is there once the service has a certificate.
      await()
          .atMost(60, SECONDS)
          .until(
              () ->
                  control.admin().status().findValuesAsText("serial").stream()
                      .anyMatch(serial -> !serial.isEmpty()));
      X509Svid gateway = gateway(control);
      X509Bundle bundle =
          X509Bundle.parse(
              DOMAIN, control.weft("ca", "bundle").getBytes(StandardCharsets.US_ASCII));

      assertThat(gateway.getSpiffeId())
          .isEqualTo(SpiffeId.parse("spiffe://weft.local/ns/default/sa/gateway"));
      X509SvidValidator.verifyChain(gateway.getChain(), bundle);

      int port = Integer.parseInt(desk.awaitLine("serving on port (\\d+)").group(1));
      List<X509Certificate> shown = shown(port, gateway);
      X509SvidValidator.verifyChain(shown, bundle);
      X509SvidValidator.verifySpiffeId(
          shown.get(0), () -> Set.of(SpiffeId.parse("spiffe://weft.local/ns/default/sa/desk")));
    }
  }

  private JavaProcess desk(ControlService control) throws Exception {
    return JavaProcess.of("desk")
        .main(
            List.of(
                Path.of(
                    JdkServerApp.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())),
            JdkServerApp.class.getName())
        .agent("service=desk")
        .env(control.agentEnvironment(folder))
        .start();
  }

  private X509Svid gateway(ControlService control) throws Exception {
    Process openssl =
        new ProcessBuilder(
                ("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
                        + " -keyout key.pem -out request.pem")
                    .split(" "))
            .directory(folder.toFile())
            .inheritIO()
            .start();
    assertThat(openssl.waitFor()).isZero();
    String chain =
        control.weft(
            "ca",
            "sign",
            "--csr",
            folder.resolve("request.pem").toString(),
            "--principal",
            "gateway");
    return X509Svid.load(
        Files.writeString(folder.resolve("gateway.pem"), chain), folder.resolve("key.pem"));
  }

  private static List<X509Certificate> shown(int port, X509Svid to) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null);
    keys.setKeyEntry(
        "gateway", to.getPrivateKey(), new char[0], to.getChain().toArray(new Certificate[0]));
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), new TrustManager[] {new Credulous()}, null);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        SSLSocket encrypted =
            (SSLSocket) tls.getSocketFactory().createSocket(socket, "127.0.0.1", port, true)) {
      encrypted.startHandshake();
      return List.of((X509Certificate[]) encrypted.getSession().getPeerCertificates());
    }
  }

  /** Leaves the judging to the test. */
  private static final class Credulous implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
