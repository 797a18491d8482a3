package io.weft.instrumentation.grpc.netty;

import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import io.weft.core.identity.TlsMaterial;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Mutual TLS of both sides of a test: each certificate vouches for itself, and is believed to be
 * who it says. What the agent's own checks besides is for its own tests.
 */
final class TestIdentity implements MeshTls {
  private final String principal;
  private final TlsMaterial own;
  private final Map<SSLSession, Peer> peers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile boolean ready = true;
  private volatile boolean outdated;

  /** A server's. */
  TestIdentity(String principal) {
    this.principal = principal;
    this.own = material(principal, "");
  }

  void ready(boolean now) {
    ready = now;
  }

  void outdated(boolean now) {
    outdated = now;
  }

  /** A caller's, who expects another. */
  static ClientTls client(String self, String expected) {
    try {
      TlsMaterial material = material(self, expected);
      return new ClientTls(expected, 1, context(material), material);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public int epoch() {
    return 1;
  }

  @Override
  public SSLEngine serverEngine(String... protocols) throws SSLException {
    if (!ready) {
      throw new SSLException("no certificate yet");
    }
    try {
      SSLEngine engine = context(own).createSSLEngine();
      engine.setUseClientMode(false);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setNeedClientAuth(true);
      parameters.setApplicationProtocols(protocols);
      engine.setSSLParameters(parameters);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new SSLException(e);
    }
  }

  @Override
  public TlsMaterial serverMaterial() throws SSLException {
    if (!ready) {
      throw new SSLException("no certificate yet");
    }
    return own;
  }

  @Override
  public ClientTls client(String expected) {
    return client(principal, expected);
  }

  /** Whose certificates it has looked at, in turn. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public Peer peer(SSLSession session) {
    return peers.computeIfAbsent(
        session,
        of -> {
          Peer peer = read(of);
          asked.add(peer.id());
          return peer;
        });
  }

  @Override
  public String disbelief(Peer peer) {
    return "";
  }

  @Override
  public boolean outdated(Peer peer) {
    return outdated;
  }

  private static Peer read(SSLSession session) {
    try {
      X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
      String id = id(leaf);
      return Peer.of(SpiffeId.parse(id), List.of(leaf));
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      return Peer.UNKNOWN;
    }
  }

  private static String id(X509Certificate certificate) throws CertificateException {
    return (String) certificate.getSubjectAlternativeNames().iterator().next().get(1);
  }

  private static TlsMaterial material(String self, String expected) {
    try {
      return new TlsMaterial(
          (X509ExtendedKeyManager) keys(self)[0],
          new Expecting(expected),
          List.of("TLSv1.3", "TLSv1.2"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static SSLContext context(TlsMaterial material) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {material.key()}, new TrustManager[] {material.trust()}, null);
    return context;
  }

  private static KeyManager[] keys(String id) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "self", pair.getPrivate(), new char[0], new Certificate[] {certificate(pair, id)});
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return factory.getKeyManagers();
    } catch (java.io.IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate certificate(KeyPair pair, String id)
      throws GeneralSecurityException, OperatorCreationException, java.io.IOException {
    Instant now = Instant.now();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new X500Name("CN=test"),
                    BigInteger.ONE,
                    Date.from(now.minus(1, ChronoUnit.HOURS)),
                    Date.from(now.plus(1, ChronoUnit.HOURS)),
                    new X500Name("CN=test"),
                    pair.getPublic())
                .addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id)))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  /** Believes in one; in everybody if none is named. */
  private static final class Expecting extends X509ExtendedTrustManager {
    private final String expected;

    Expecting(String expected) {
      this.expected = expected;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      if (!expected.isEmpty() && !expected.equals(id(chain[0]))) {
        throw new CertificateException("this is " + id(chain[0]));
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
