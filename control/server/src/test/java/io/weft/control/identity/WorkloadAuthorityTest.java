package io.weft.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The authority of services' certificates, one and several over one store. */
class WorkloadAuthorityTest {
  private static final Duration LIFE = Duration.ofHours(24);
  private static final String ORDERS = "spiffe://weft.local/ns/default/sa/orders";

  @TempDir Path data;
  private final Loop loop = new Loop();
  private final TestClock clock = new TestClock();
  private final List<WorkloadAuthority> open = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private ConfigStore store;

  @BeforeEach
  void openStore() {
    store = Stores.open("embedded:" + data.resolve("store"));
  }

  @AfterEach
  void close() {
    open.forEach(each -> onLoop(() -> close(each)));
    loop.close();
    store.close();
  }

  @ParameterizedTest
  @EnumSource(CaAlgorithm.class)
  void a_certificate_is_an_x509_svid(CaAlgorithm algorithm) throws Exception {
    WorkloadAuthority authority = authority(algorithm);

    List<X509Certificate> chain = authority.issue(Requests.request(), ORDERS, LIFE);

    X509Certificate leaf = chain.get(0);
    verify(chain, authority.bundle());
    assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, ORDERS));
    assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
    assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.15", "2.5.29.17", "2.5.29.19");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage())
        .startsWith(true, false, false)
        .doesNotContain(true, org.assertj.core.data.Index.atIndex(5));
    assertThat(leaf.getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(clock.instant().minusSeconds(600));
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(LIFE));
    assertThat(chain.get(1).getBasicConstraints()).isZero();
  }

  @Test
  void replicas_have_one_authority_and_issue_at_once() throws Exception {
    WorkloadAuthority one = authority(CaAlgorithm.ECDSA);
    WorkloadAuthority other = authority(CaAlgorithm.ECDSA);

    assertThat(other.bundle()).isEqualTo(one.bundle());
    verify(one.issue(Requests.request(), ORDERS, LIFE), other.bundle());
    verify(other.issue(Requests.request(), ORDERS, LIFE), one.bundle());
  }

  @Test
  void another_key_file_issues_nothing() throws Exception {
    authority(CaAlgorithm.ECDSA);

    WorkloadAuthority other =
        start(new CaOptions("weft.local", LIFE, data.resolve("other"), CaAlgorithm.ECDSA));
    onLoop(() -> "read by then");

    assertThatThrownBy(() -> other.issue(Requests.request(), ORDERS, LIFE))
        .isInstanceOf(IssueException.class);
  }

  @Test
  void a_key_file_that_is_none_is_refused_by_name() throws IOException {
    Path file = Files.writeString(data.resolve("key"), "short");

    assertThatThrownBy(() -> start(new CaOptions("weft.local", LIFE, file, CaAlgorithm.ECDSA)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void requests_that_prove_no_key_or_a_weak_one_are_refused() throws Exception {
    WorkloadAuthority authority = authority(CaAlgorithm.ECDSA);
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1_024);
    byte[] spoilt = Requests.request();
    spoilt[spoilt.length - 1] ^= 1;

    for (byte[] bad :
        List.of(
            new byte[0],
            "text".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            spoilt,
            Requests.request(rsa.generateKeyPair(), "SHA256withRSA"))) {
      assertThatThrownBy(() -> authority.issue(bad, ORDERS, LIFE))
          .isInstanceOf(IssueException.class)
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void a_root_is_changed_step_by_step() throws Exception {
    WorkloadAuthority authority = authority(CaAlgorithm.ECDSA);
    String before = authority.bundle();
    List<X509Certificate> old = authority.issue(Requests.request(), ORDERS, LIFE);
    String oldTrust = trustHash(authority);

    assertThat(onLoop(authority::rotate).get(10, TimeUnit.SECONDS)).isEmpty();
    awaitPhase(authority, "ANNOUNCED");
    assertThat(authority.bundle()).startsWith(before).hasSizeGreaterThan(before.length());

    advance(authority, new Holder("r", oldTrust), new Holder("r", trustHash(authority)));
    assertThat(phase(authority)).as("one agent does not know yet").isEqualTo("ANNOUNCED");
    Holder knows = new Holder("r", trustHash(authority));
    advanceTo(authority, "ACKNOWLEDGED", knows);
    verify(old, authority.bundle());

    advanceTo(authority, "SIGNING", knows);
    List<X509Certificate> fresh = authority.issue(Requests.request(), ORDERS, LIFE);
    assertThat(fresh.get(1)).isNotEqualTo(old.get(1));
    assertThat(heard).contains("signer");
    verify(fresh, authority.bundle());

    advanceTo(authority, "WAITING", knows);
    clock.forward(LIFE.minusSeconds(1));
    advance(authority, knows);
    assertThat(phase(authority)).isEqualTo("WAITING");
    verify(old, authority.bundle());
    clock.forward(Duration.ofSeconds(1));
    advanceTo(authority, "RETIRED", knows);

    assertThat(authority.bundle()).doesNotContain(before.strip());
    verify(fresh, authority.bundle());
  }

  @Test
  void any_replica_goes_on_where_another_was_stopped() throws Exception {
    for (String stoppedAt : List.of("ANNOUNCED", "ACKNOWLEDGED", "SIGNING", "WAITING")) {
      WorkloadAuthority first = authority(CaAlgorithm.ECDSA);
      assertThat(onLoop(first::rotate).get(10, TimeUnit.SECONDS)).isEmpty();
      awaitPhase(first, "ANNOUNCED");
      advanceTo(first, stoppedAt, new Holder("r", trustHash(first)));
      onLoop(() -> close(first));
      open.remove(first);

      WorkloadAuthority second = authority(CaAlgorithm.ECDSA);
      awaitPhase(second, stoppedAt);
      assertThat(onLoop(second::rotate).get(10, TimeUnit.SECONDS)).contains(stoppedAt);
      advanceTo(second, "WAITING", new Holder("r", trustHash(second)));
      clock.forward(LIFE);
      advanceTo(second, "RETIRED", new Holder("r", trustHash(second)));
      onLoop(() -> close(second));
      open.remove(second);
    }
  }

  @Test
  void a_root_is_kept_for_as_long_as_a_certificate_with_a_life_of_its_own() throws Exception {
    WorkloadAuthority authority = authority(CaAlgorithm.ECDSA);
    assertThat(
            onLoop(() -> authority.signedUntil(clock.instant().plus(Duration.ofDays(30))))
                .get(10, TimeUnit.SECONDS))
        .isTrue();
    // What was signed comes back by the watch; until then a write finds itself overtaken.
    await().until(() -> onLoop(authority::rotate).get(10, TimeUnit.SECONDS).isEmpty());
    awaitPhase(authority, "ANNOUNCED");
    advanceTo(authority, "WAITING");

    clock.forward(Duration.ofDays(29));
    advance(authority);
    assertThat(phase(authority)).isEqualTo("WAITING");
    clock.forward(Duration.ofDays(1));
    advanceTo(authority, "RETIRED");
  }

  @Test
  void who_is_revoked_is_named_to_all_and_certified_anew_from_that_moment_on() throws Exception {
    WorkloadAuthority authority = authority(CaAlgorithm.ECDSA);
    X509Certificate before = authority.issue(Requests.request(), ORDERS, LIFE).get(0);
    clock.forward(Duration.ofMinutes(1));

    Revoked revoked = onLoop(() -> authority.revoke("default", "orders")).get(10, TimeUnit.SECONDS);
    await().until(() -> authority.revocation(ORDERS) != null);

    assertThat(revoked.spiffeId()).isEqualTo(ORDERS);
    assertThat(Objects.requireNonNull(authority.trust()).getTrust().getRevocationsList())
        .extracting(each -> each.getSpiffeId() + " " + each.getIssuedBeforeSeconds())
        .containsExactly(ORDERS + " " + clock.instant().getEpochSecond());
    assertThat(before.getNotBefore().toInstant()).isBefore(clock.instant());
    assertThat(authority.issue(Requests.request(), ORDERS, LIFE).get(0).getNotBefore().toInstant())
        .isEqualTo(clock.instant());
    assertThat(heard).contains("revoked " + ORDERS);
  }

  private WorkloadAuthority authority(CaAlgorithm algorithm) throws IOException {
    WorkloadAuthority started =
        start(new CaOptions("weft.local", LIFE, data.resolve("ca-key"), algorithm));
    await().until(() -> started.trust() != null);
    return started;
  }

  private WorkloadAuthority start(CaOptions options) throws IOException {
    WorkloadAuthority authority =
        new WorkloadAuthority(
            store,
            loop,
            clock,
            options,
            new WorkloadAuthority.Listener() {
              @Override
              public void trustChanged() {
                heard.add("trust");
              }

              @Override
              public void signerChanged() {
                heard.add("signer");
              }

              @Override
              public void revoked(Revoked principal) {
                heard.add("revoked " + principal.spiffeId());
              }
            });
    open.add(authority);
    loop.execute(authority::start);
    return authority;
  }

  private static String close(WorkloadAuthority authority) {
    authority.close();
    return "";
  }

  private <T> T onLoop(Supplier<T> work) {
    return loop.ask(work).join();
  }

  private void advance(WorkloadAuthority authority, Holder... holders) {
    onLoop(
        () -> {
          authority.advance(List.of(holders));
          return "";
        });
    // What it wrote comes back by the watch.
    onLoop(() -> "");
  }

  private void advanceTo(WorkloadAuthority authority, String phase, Holder... holders) {
    // As control does: a step that could not be taken yet is tried again.
    await()
        .until(
            () ->
                onLoop(
                    () -> {
                      boolean there = phase(authority).equals(phase);
                      if (!there) {
                        authority.advance(List.of(holders));
                      }
                      return there;
                    }));
  }

  private static void awaitPhase(WorkloadAuthority authority, String phase) {
    await().until(() -> phase(authority).equals(phase));
  }

  private static String phase(WorkloadAuthority authority) {
    return authority.status().getOrDefault("phase", "");
  }

  private static String trustHash(WorkloadAuthority authority) {
    return Objects.requireNonNull(authority.trust()).getVersion().getHash();
  }

  private void verify(List<X509Certificate> chain, String roots) throws Exception {
    Set<TrustAnchor> anchors = new java.util.HashSet<>();
    for (var root :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new java.io.ByteArrayInputStream(
                    roots.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))) {
      anchors.add(new TrustAnchor((X509Certificate) root, null));
    }
    PKIXParameters parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(chain.get(0).getNotBefore().toInstant().plusSeconds(1)));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
  }

  private static final class TestClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    void forward(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
