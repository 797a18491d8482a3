package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.Trust;
import io.weft.core.identity.LiveTls;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.SplittableRandom;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificationTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration LIFE = Duration.ofHours(24);
  private static final Duration BACKDATED = Duration.ofMinutes(10);
  private static final Duration AWAY = Duration.ofHours(12);
  private static final KeyPair ROOT = keys();

  private final ManualLinkThread thread = new ManualLinkThread();
  private final InstantSource clock = () -> BEGIN.plusNanos(thread.nanoTime());
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream err = System.err;
  private Duration controlIsAhead = Duration.ZERO;
  private LiveTls tls;
  private ClockCheck clockCheck;
  private Certification certification;
  private int issued;

  @BeforeEach
  void begin() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    make(1);
  }

  @AfterEach
  void restore() {
    System.setErr(err);
  }

  private void make(long seed) {
    tls = new LiveTls(clock);
    tls.trust(
        Trust.newBuilder().setTrustDomain("weft.local").putRoots("weft.local", pem()).build(),
        "hash");
    clockCheck = new ClockCheck(clock);
    certification =
        new Certification(thread, tls, clock, clockCheck, new SplittableRandom(seed), () -> {});
    issued = 0;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void control_may_be_away_for_twelve_hours_at_any_time(long seed) {
    for (Duration begin = Duration.ZERO; begin.compareTo(LIFE) < 0; begin = begin.plusMinutes(37)) {
      make(seed);
      certification.connected(this::control);
      thread.advance(begin);

      certification.disconnected();
      for (Duration gone = Duration.ZERO; gone.compareTo(AWAY) < 0; gone = gone.plusMinutes(5)) {
        thread.advance(Duration.ofMinutes(5));
        assertThat(tls.ready()).as("%s after %s, %s gone", seed, begin, gone).isTrue();
      }

      int before = issued;
      certification.connected(this::control);
      thread.run();
      assertThat(issued).as("renewed as soon as control is back").isIn(before, before + 1);
      thread.advance(AWAY);
      assertThat(tls.ready()).isTrue();
      certification.disconnected();
      thread.advance(LIFE);
    }
    assertThat(lines()).noneMatch(line -> line.contains("no new certificate"));
  }

  @Test
  void a_control_that_is_there_and_issues_nothing_for_twelve_hours_costs_the_identity_nothing() {
    certification.connected(this::control);
    thread.advance(Duration.ofHours(1));
    certification.disconnected();

    certification.connected(
        message ->
            thread.execute(
                () ->
                    certification.received(
                        Certificate.newBuilder().setError("the store is lost").build())));
    for (int minutes = 0; minutes < AWAY.toMinutes(); minutes += 5) {
      thread.advance(Duration.ofMinutes(5));
      assertThat(tls.ready()).isTrue();
    }

    assertThat(lines()).containsExactly("[weft] WARN no new certificate: the store is lost");
  }

  @Test
  void an_identity_that_ends_is_said_once_and_comes_back_with_control() {
    certification.connected(this::control);
    thread.advance(Duration.ofHours(1));
    certification.disconnected();
    thread.advance(LIFE.multipliedBy(3));

    assertThat(tls.ready()).isFalse();
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith(
            "[weft] WARN the certificate as spiffe://weft.local/ns/default/sa/orders until"
                + " 2026-01-02T00:00:00Z is over and control has not renewed it: calls go in"
                + " plaintext where that is let in, and fail where mutual TLS is demanded");

    certification.connected(this::control);
    thread.run();

    assertThat(tls.ready()).isTrue();
    assertThat(lines())
        .last()
        .asString()
        .startsWith("[weft] INFO certified again, as spiffe://weft.local/ns/default/sa/orders");
    assertThat(lines()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, -30})
  void certificates_that_this_clock_does_not_believe_are_said_once_and_taken_once_it_is_set(
      int hours) {
    controlIsAhead = Duration.ofHours(hours);
    certification.connected(this::control);
    thread.advance(Duration.ofHours(1));

    assertThat(tls.ready()).isFalse();
    assertThat(issued).isGreaterThan(10);
    assertThat(lines())
        .containsExactly(
            "[weft] WARN no new certificate: what control has just issued is "
                + (hours > 0 ? "not valid yet" : "over")
                + " by this machine's clock: set it, or control's, by NTP");

    controlIsAhead = Duration.ZERO;
    thread.advance(Duration.ofMinutes(1));

    assertThat(tls.ready()).isTrue();
  }

  @Test
  void a_clock_of_which_it_was_said_how_wrong_it_is_gets_no_second_line() {
    controlIsAhead = Duration.ofHours(3);
    clockCheck.controlSays(clock.instant().plus(controlIsAhead));

    certification.connected(this::control);
    thread.advance(Duration.ofHours(1));

    assertThat(tls.ready()).isFalse();
    assertThat(issued).isGreaterThan(10);
    assertThat(lines()).singleElement().asString().contains("clock is 3 h 0 min behind control's");
  }

  // Answers as control does, by its own clock.
  private void control(AgentMessage.Builder message) {
    thread.execute(
        () ->
            certification.received(
                Certificate.newBuilder()
                    .addChain(
                        ByteString.copyFrom(
                            certified(message.getCertificateRequest().getCsr().toByteArray())))
                    .build()));
  }

  private byte[] certified(byte[] request) {
    issued++;
    Instant now = clock.instant().plus(controlIsAhead);
    try {
      return certificate(
              new JcaPKCS10CertificationRequest(request).getPublicKey(),
              now,
              "spiffe://weft.local/ns/default/sa/orders")
          .getEncoded();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(PublicKey key, Instant now, String uri)
      throws Exception {
    boolean root = uri.isEmpty();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
                new X500Principal("CN=root"),
                BigInteger.ONE,
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(root ? Duration.ofDays(3_650) : LIFE)),
                new X500Principal(root ? "CN=root" : ""),
                key)
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(root))
            .addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(root ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    if (!root) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          true,
          new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ROOT.getPrivate())));
  }

  private static String pem() {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder()
              .encodeToString(
                  certificate(ROOT.getPublic(), BEGIN.minus(Duration.ofDays(1)), "").getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
