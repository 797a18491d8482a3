package io.weft.core.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.core.identity.ClientTls;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class OriginatedTlsTest {
  private static final Certified API = Certified.as("api.example.com");
  private static final Certified OTHER = Certified.as("other.example.com");

  @Test
  void aCertificateForTheNameByWhomIsBelievedIsTaken() throws Exception {
    assertThat(shakeHands(tls("api.example.com", API.pem()), API, true)).isTrue();
    assertThat(shakeHands(tls("other.example.com", OTHER.pem()), OTHER, true)).isTrue();
  }

  @Test
  void aCertificateForAnotherNameIsRefused() {
    assertThatThrownBy(() -> shakeHands(tls("api.example.com", OTHER.pem()), OTHER, true))
        .hasStackTraceContaining("No subject alternative");
  }

  @Test
  void aCertificateByNobodyWhoIsBelievedIsRefused() {
    assertThatThrownBy(() -> shakeHands(tls("api.example.com", OTHER.pem()), API, true))
        .hasStackTraceContaining("unable to find valid certification path");
    assertThatThrownBy(() -> shakeHands(tls("api.example.com", ""), API, true))
        .as("by nobody the JVM believes")
        .hasStackTraceContaining("unable to find valid certification path");
  }

  @Test
  void whoForgetsToAskForTheNameHasNoHandshake() {
    assertThatThrownBy(() -> shakeHands(tls("api.example.com", API.pem()), API, false))
        .hasStackTraceContaining("nobody asked for the name");
  }

  @Test
  void whatIsNoCertificateIsToldInOneLine() {
    assertThatThrownBy(() -> tls("api.example.com", "-----BEGIN CERTIFICATE-----\nx\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no TLS to api.example.com can be made: ");
  }

  private static ClientTls tls(String name, String roots) {
    return OriginatedTls.of(
        io.weft.api.v1.OriginatedTls.newBuilder()
            .setServerName(name)
            .setCaCertificates(roots)
            .build());
  }

  private static boolean shakeHands(ClientTls tls, Certified by, boolean prepared)
      throws Exception {
    SSLEngine client = tls.context().createSSLEngine("10.0.0.1", 443);
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    if (prepared) {
      tls.prepare(parameters);
    }
    client.setSSLParameters(parameters);
    SSLEngine server = by.context().createSSLEngine();
    server.setUseClientMode(false);
    ByteBuffer toServer = ByteBuffer.allocate(65_536);
    ByteBuffer toClient = ByteBuffer.allocate(65_536);
    client.beginHandshake();
    server.beginHandshake();
    for (int i = 0; i < 50 && !(isDone(client) && isDone(server)); i++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
    }
    return isDone(client);
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
      }
      case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        in.flip();
        engine.unwrap(in, ByteBuffer.allocate(32_768));
        in.compact();
      }
      case FINISHED, NOT_HANDSHAKING -> {}
    }
  }

  private record Certified(SSLContext context, String pem) {
    static Certified as(String name) {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509Certificate certificate = certificate(name, keys);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setKeyEntry(
            "own", keys.getPrivate(), new char[0], new X509Certificate[] {certificate});
        KeyManagerFactory own =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        return new Certified(
            context,
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n");
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private static X509Certificate certificate(String name, KeyPair keys) throws Exception {
      X500Principal subject = new X500Principal("CN=" + name);
      Instant now = Instant.now();
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      subject,
                      BigInteger.ONE,
                      Date.from(now.minus(Duration.ofDays(1))),
                      Date.from(now.plus(Duration.ofDays(1))),
                      subject,
                      keys.getPublic())
                  .addExtension(
                      Extension.subjectAlternativeName,
                      false,
                      new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
                  .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }
  }
}
