package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.External;
import io.weft.api.v1.OriginatedTls;
import io.weft.api.v1.Source;
import io.weft.core.Mesh;
import io.weft.core.identity.ClientTls;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExternalServiceTest {
  private final Shop shop = new Shop();

  @Test
  void aHostOutsideIsCalledByItsAddressesAndCountsAsItsService() {
    external("192.0.2.1");

    FakeCall call = shop.call(get("/").to("API.example.com"));

    assertThat(call.sentTo()).isEqualTo("192.0.2.1");
    assertThat(call.attempt(1).endpoint().port()).isEqualTo(80);
    assertThat(call.attempt(1).tls()).isNull();
    assertThat(call.attempt(1).authority()).isEqualTo("API.example.com");
    assertThat(call.call().destination().service()).hasToString("default/pay");
  }

  @ParameterizedTest
  @CsvSource({
    "pay,                api.example.com",
    "pay.default:80,     api.example.com:80",
    "api.example.com:80, api.example.com:80",
    "www.example.com,    www.example.com",
    "api.example.com.,   api.example.com"
  })
  void aHostIsToldTheNameThatItKnows(String called, String told) {
    external("192.0.2.1");

    assertThat(shop.call(get("/").to(called)).attempt(1).authority()).isEqualTo(told);
  }

  @Test
  void aHostThatARouteWritesGoesBeforeItsOwn() {
    external("192.0.2.1");
    shop.policy(
        """
        kind: Route
        metadata: {name: pay}
        spec:
          to: {service: pay}
          conf: {rules: [{filters: [{urlRewrite: {host: other.example.com}}]}]}
        """);

    assertThat(shop.call(get("/").to("pay")).attempt(1).authority()).isEqualTo("other.example.com");
  }

  @Test
  void otherPortsAndTheAddressesThemselvesAreNotMeant() {
    external("192.0.2.1");

    assertThat(shop.mesh.mesh().destination("api.example.com", 8080).isMesh()).isFalse();
    assertThat(shop.mesh.mesh().destination("192.0.2.1", 80).isMesh()).isFalse();
    assertThat(shop.mesh.mesh().destination("api.example.com", 443).port()).isEqualTo(443);
  }

  @Test
  void policiesOfCallersRuleItAsAnyService() {
    external("192.0.2.1", "192.0.2.2");
    shop.policy(
        """
        kind: Retry
        metadata: {name: pay}
        spec: {to: {service: pay}, conf: {attempts: 2, on: [5xx], backoff: {base: 1ms, max: 1ms}}}
        """);
    shop.replies(Reply.status(503));

    FakeCall call = shop.call(get("/").to("api.example.com"));
    shop.pass(Duration.ofMillis(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sentTo().split(" ")).containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2");
  }

  @Test
  void plaintextIsMadeTlsWhereThatIsAskedForAndAnApplicationsOwnIsLeftAlone() {
    shop.mesh.external("pay", secured(), "192.0.2.1");

    Attempt attempt = shop.call(get("/").to("api.example.com")).attempt(1);
    ClientTls tls = Objects.requireNonNull(attempt.tls());
    SSLParameters parameters = new SSLParameters();
    tls.prepare(parameters);

    assertThat(attempt.endpoint().port()).isEqualTo(443);
    assertThat(parameters.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
    assertThat(parameters.getServerNames()).containsExactly(new SNIHostName("api.example.com"));
    assertThat(attempt.isEncrypted()).as("by the mesh's mutual TLS").isFalse();
    assertThat(shop.call(grpc().to("api.example.com:80")).attempt(1).tls()).isEqualTo(tls);
    assertThat(shop.call(get("/").by("https").to("api.example.com")).attempt(1).tls()).isNull();
  }

  @Test
  void aHostIsKnownToAnEgressUnlessAnExceptionDeniesIt() {
    external("192.0.2.1");

    egress("{default: DENY}");
    assertThat(shop.call(get("/").to("api.example.com")).status()).isEqualTo(200);
    assertThat(shop.call(get("/").to("api.example.com:8080")).status())
        .as("a port that is not known")
        .isEqualTo(403);

    egress("{default: ALLOW, exceptions: [{hosts: [api.example.com], ports: [80]}]}");
    FakeCall denied = shop.call(get("/").to("pay"));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.reason()).startsWith("Egress/default/out ");
  }

  @Test
  void aHostThatDnsIsAskedForIsCalledOnceItHasAnswered() throws InterruptedException {
    Mesh mesh = shop.mesh.mesh();
    // Known to every machine.
    shop.mesh.external("pay", hosts(), "localhost");

    long seen = mesh.configGeneration();
    while (mesh.destination("api.example.com", 80).routes() == null) {
      CountDownLatch changed = new CountDownLatch(1);
      mesh.onConfigAfter(seen, changed::countDown);
      assertThat(changed.await(60, TimeUnit.SECONDS)).isTrue();
      seen = mesh.configGeneration();
    }

    assertThat(shop.call(get("/").to("api.example.com")).sentTo())
        .isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
  }

  private void external(String... addresses) {
    shop.mesh.external("pay", hosts(), addresses);
  }

  private static External.Builder hosts() {
    return External.newBuilder()
        .setSource(
            Source.newBuilder()
                .setKind("ExternalService")
                .setNamespace("default")
                .setName("pay")
                .setGeneration(1))
        .addHosts("api.example.com")
        .addHosts("www.example.com");
  }

  private static External.Builder secured() {
    return hosts().setTls(OriginatedTls.newBuilder().setServerName("api.example.com"));
  }

  private void egress(String conf) {
    shop.policy("{kind: Egress, metadata: {name: out}, spec: {conf: " + conf + "}}");
  }
}
