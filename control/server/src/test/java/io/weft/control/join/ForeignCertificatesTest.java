package io.weft.control.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.control.join.TestIssuer.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the certificate of another issuer proves, and which prove nothing. */
class ForeignCertificatesTest {
  private static final String ORDERS = "spiffe://example.org/ns/shop/sa/orders";

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Instant now = clock.instant();
  private final TestIssuer issuer = new TestIssuer(now.minusSeconds(3_600));
  private ForeignCertificates certificates;

  @BeforeEach
  void believe() throws IOException {
    certificates = ForeignCertificates.by(issuer.file(folder), clock);
  }

  @Test
  void a_certificate_proves_the_namespace_and_account_of_its_spiffe_id_until_it_ends() {
    assertThat(certificates.judge(issuer.issue(now, ORDERS, "orders.example").chain()))
        .isEqualTo(
            new Joined(
                "the certificate of " + ORDERS,
                "shop",
                "orders",
                now.minusSeconds(300),
                now.plusSeconds(300),
                ""));
  }

  @Test
  void its_root_may_be_sent_along() {
    assertThat(certificates.judge(List.of(issuer.issue(now, ORDERS).chain().get(0), issuer.root())))
        .isInstanceOf(Joined.class);
  }

  @Test
  void one_that_has_ended_or_not_begun_is_refused() {
    Issued issued = issuer.issue(now, ORDERS);
    Issued early = issuer.issue(now.plusSeconds(1_000), ORDERS);

    assertThat(refused(early)).contains("not valid yet");
    clock.forward(Duration.ofSeconds(301));
    assertThat(refused(issued)).contains("has expired at 2030-01-01T00:05:00Z");
  }

  @Test
  void one_of_an_issuer_whose_own_has_ended_is_refused() throws IOException {
    TestIssuer gone = new TestIssuer(now.minusSeconds(100), now.minusSeconds(1));
    certificates = ForeignCertificates.by(gone.file(folder), clock);

    assertThat(refused(gone.issue(now, ORDERS))).contains("authority that has expired");
  }

  @Test
  void one_of_another_issuer_is_refused_though_it_has_the_same_name() {
    assertThat(refused(new TestIssuer(now).issue(now, ORDERS))).contains("of no authority");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://example.org/orders",
        "spiffe://example.org/ns/shop/sa/orders/more",
        "spiffe://example.org/ns/shop/sa/",
        "spiffe://example.org/ns/shop/sa/../orders",
        "spiffe://example.org/ns/Shop/sa/orders",
        "spiffe:///ns/shop/sa/orders",
        "https://example.org/ns/shop/sa/orders",
      })
  void one_of_no_service_is_refused(String id) {
    assertThat(refused(issuer.issue(now, id))).contains("/ns/<namespace>/sa/<name>");
  }

  @Test
  void one_with_no_uri_or_two_is_refused() {
    assertThat(refused(issuer.issue(now))).contains("has 0");
    assertThat(refused(issuer.issue(now, "orders.example"))).contains("has 0");
    assertThat(refused(issuer.issue(now, ORDERS, "spiffe://example.org/ns/shop/sa/stock")))
        .contains("has 2");
  }

  @Test
  void one_for_another_use_is_refused() {
    Instant since = now.minusSeconds(1);
    Instant until = now.plusSeconds(1);

    assertThat(
            refused(
                issuer.issue(
                    since,
                    until,
                    KeyUsage.digitalSignature,
                    KeyPurposeId.id_kp_serverAuth,
                    ORDERS)))
        .contains("not meant for clients");
    assertThat(
            refused(
                issuer.issue(
                    since, until, KeyUsage.keyCertSign, KeyPurposeId.id_kp_clientAuth, ORDERS)))
        .contains("authority's own");
    assertThat(refused(new Issued(issuer.key(), List.of(issuer.root())))).isNotEmpty();
  }

  @Test
  void nothing_shown_proves_nothing() {
    assertThat(refused(new Issued(issuer.key(), List.of()))).contains("no certificate");
  }

  @Test
  void a_file_of_authorities_that_is_none_is_refused_by_its_name() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "text");
    Path empty = Files.writeString(folder.resolve("empty"), "");
    Path leaf =
        Files.writeString(
            folder.resolve("leaf"),
            io.weft.control.identity.Pem.of(issuer.issue(now, ORDERS).chain()));

    for (Path file : List.of(text, empty, leaf, folder.resolve("missing"))) {
      assertThatThrownBy(() -> ForeignCertificates.by(file, clock))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("--join-ca: ")
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining("\n");
    }
  }

  private String refused(Issued issued) {
    Judgement judgement = certificates.judge(issued.chain());
    assertThat(judgement).isInstanceOf(Refusal.class);
    assertThat(Cluster.lines(judgement)).hasSize(1);
    return ((Refusal) judgement).reason();
  }
}
