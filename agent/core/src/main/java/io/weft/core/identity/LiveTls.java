package io.weft.core.identity;

import io.weft.api.v1.Trust;
import io.weft.core.log.Log;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The mutual TLS of a process that is given identities and roots as time goes by. What is in force
 * stands behind one volatile field and is made anew at each change, TLS contexts included: so that
 * no session of before is resumed with what is believed now.
 *
 * <p>Asking is for any thread; giving for one at a time.
 */
public final class LiveTls implements MeshTls {
  // A certificate that ended a moment ago is no reason to break a connection that was proven.
  private static final long EXPIRY_GRACE_MILLIS = 300_000;
  private static final int RESUMABLE_SECONDS = 1;
  private static final List<String> STRICT_PROTOCOLS = List.of("TLSv1.3");
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  private final InstantSource clock;
  private final Set<Open> open = ConcurrentHashMap.newKeySet();
  private volatile MutualTlsMode mode = MutualTlsMode.PERMISSIVE;
  private volatile InForce now = new InForce(0, null, null, false, null, null);

  /** All that makes connections. */
  private static final class InForce {
    private final int epoch;
    private final @Nullable Svid svid;
    private final @Nullable TrustBundle trust;
    private final boolean tls12;
    private final @Nullable SSLContext server;
    private final @Nullable TlsMaterial material;
    private final long endMillis;
    private final Map<String, ClientTls> clients = new ConcurrentHashMap<>();

    InForce(
        int epoch,
        @Nullable Svid svid,
        @Nullable TrustBundle trust,
        boolean tls12,
        @Nullable SSLContext server,
        @Nullable TlsMaterial material) {
      this.epoch = epoch;
      this.svid = svid;
      this.trust = trust;
      this.tls12 = tls12;
      this.server = server;
      this.material = material;
      this.endMillis = svid == null ? 0 : svid.leaf().getNotAfter().toInstant().toEpochMilli();
    }
  }

  /** A connection that is watched over; told from all others. */
  private static final class Open {
    private final Peer peer;
    private final Runnable end;

    Open(Peer peer, Runnable end) {
      this.peer = peer;
      this.end = end;
    }
  }

  public LiveTls(InstantSource clock) {
    this.clock = clock;
  }

  /** This process is that from now on. */
  public void identity(Svid svid) {
    InForce before = now;
    put(svid, before.trust, before.tls12);
  }

  /**
   * These are believed from now on.
   *
   * @throws IllegalArgumentException in one line, if they cannot be read; those before stay
   */
  public void trust(Trust trust, String hash) {
    InForce before = now;
    put(before.svid, TrustBundle.of(trust, hash), before.tls12);
  }

  /** The trust domain of this mesh; empty if it is not known. */
  public String trustDomain() {
    TrustBundle trust = now.trust;
    return trust == null ? "" : trust.domain();
  }

  /** This is asked of callers from now on. */
  public void mode(MutualTlsMode asked) {
    mode = asked;
  }

  /** Whether its servers speak TLS 1.2 beside 1.3. */
  public void tls12(boolean spoken) {
    InForce before = now;
    if (before.tls12 != spoken) {
      put(before.svid, before.trust, spoken);
    }
  }

  @Override
  public MutualTlsMode mode() {
    return mode;
  }

  @Override
  public String ownId() {
    Svid svid = now.svid;
    return svid == null ? "" : svid.id().toString();
  }

  @Override
  public io.weft.api.v1.Svid describe() {
    InForce current = now;
    io.weft.api.v1.Svid.Builder told = io.weft.api.v1.Svid.newBuilder();
    Svid svid = current.svid;
    TrustBundle trust = current.trust;
    if (svid == null || trust == null) {
      return told.build();
    }
    X509Certificate leaf = svid.leaf();
    return told.setSpiffeId(svid.id().toString())
        .setSerial(leaf.getSerialNumber().toString(16))
        .setNotBeforeSeconds(leaf.getNotBefore().toInstant().getEpochSecond())
        .setNotAfterSeconds(leaf.getNotAfter().toInstant().getEpochSecond())
        .setRootHash(rootHash(svid, trust))
        .setTrustHash(trust.hash())
        .build();
  }

  @Override
  public boolean ready() {
    InForce current = now;
    return current.server != null && clock.millis() < current.endMillis;
  }

  @Override
  public int epoch() {
    return now.epoch;
  }

  @Override
  public SSLEngine serverEngine(String... protocols) throws SSLException {
    InForce current = now;
    SSLContext server = current.server;
    TlsMaterial material = current.material;
    if (server == null || material == null) {
      throw uncertified();
    }
    SSLEngine engine = server.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setNeedClientAuth(true);
    parameters.setProtocols(material.protocols().toArray(String[]::new));
    engine.setSSLParameters(parameters);
    if (protocols.length > 0) {
      List<String> served = List.of(protocols);
      engine.setHandshakeApplicationProtocolSelector((e, offered) -> choose(served, offered));
    }
    return engine;
  }

  @Override
  public TlsMaterial serverMaterial() throws SSLException {
    TlsMaterial material = now.material;
    if (material == null) {
      throw uncertified();
    }
    return material;
  }

  private static SSLException uncertified() {
    Log.warnOnce(
        "connections that begin mutual TLS are closed until control has issued a certificate");
    return new SSLException("this process has no certificate yet");
  }

  @Override
  public ClientTls client(String principal) throws SSLException {
    InForce current = now;
    if (current.svid != null && clock.millis() >= current.endMillis) {
      throw new SSLException("this process's certificate is over, and control has not renewed it");
    }
    ClientTls made = current.clients.get(principal);
    if (made != null) {
      return made;
    }
    Svid svid = current.svid;
    TrustBundle trust = current.trust;
    if (svid == null || trust == null) {
      throw new SSLException("this process has no certificate yet");
    }
    if (principal.isEmpty()) {
      throw new SSLException("it is not known who the instance must be");
    }
    try {
      TlsMaterial material = material(svid, trust, principal, PROTOCOLS);
      ClientTls fresh = new ClientTls(principal, current.epoch, context(material), material);
      ClientTls first = current.clients.putIfAbsent(principal, fresh);
      return first == null ? fresh : first;
    } catch (GeneralSecurityException e) {
      throw new SSLException("no TLS context: " + e.getMessage(), e);
    }
  }

  @Override
  public Peer peer(SSLSession session) {
    if (session.getValue(PeerTrust.PEER) instanceof Peer noted) {
      return noted;
    }
    // A session resumed within its second has forgotten what was noted; its certificates it knows.
    Peer proven = prove(session);
    session.putValue(PeerTrust.PEER, proven);
    return proven;
  }

  private Peer prove(SSLSession session) {
    InForce current = now;
    Svid svid = current.svid;
    TrustBundle trust = current.trust;
    if (svid == null || trust == null) {
      return Peer.UNKNOWN;
    }
    try {
      Certificate[] certificates = session.getPeerCertificates();
      X509Certificate[] chain = new X509Certificate[certificates.length];
      for (int i = 0; i < chain.length; i++) {
        if (!(certificates[i] instanceof X509Certificate x509)) {
          return Peer.UNKNOWN;
        }
        chain[i] = x509;
      }
      return new PeerTrust(new PeerCheck(trust), "", svid.leaf(), clock).peer(chain);
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      return Peer.UNKNOWN;
    }
  }

  @Override
  public String disbelief(Peer peer) {
    if (peer.certificates().isEmpty()) {
      return "";
    }
    InForce current = now;
    Peer.Verdict verdict = peer.verdict();
    if (verdict.epoch() != current.epoch) {
      verdict = new Peer.Verdict(current.epoch, judge(peer, current));
      peer.verdict(verdict);
    }
    if (!verdict.disbelief().isEmpty()) {
      return verdict.disbelief();
    }
    return clock.millis() - peer.endMillis() > EXPIRY_GRACE_MILLIS
        ? "the certificate of " + peer.id() + " ended at " + Instant.ofEpochMilli(peer.endMillis())
        : "";
  }

  private String judge(Peer peer, InForce current) {
    TrustBundle trust = current.trust;
    if (trust == null) {
      return "nobody is believed any more";
    }
    Instant end = Instant.ofEpochMilli(peer.endMillis());
    Instant at = clock.instant();
    try {
      new PeerCheck(trust).again(peer.certificates(), at.isBefore(end) ? at : end);
      return "";
    } catch (CertificateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public Watch watch(Peer peer, Runnable end) {
    if (!peer.proven()) {
      return () -> {};
    }
    Open connection = new Open(peer, end);
    open.add(connection);
    // Trust may have changed since the handshake.
    endIfDisbelieved(connection);
    return () -> open.remove(connection);
  }

  private void endIfDisbelieved(Open connection) {
    if (!disbelief(connection.peer).isEmpty() && open.remove(connection)) {
      try {
        connection.end.run();
      } catch (RuntimeException e) {
        Log.debug("a connection of " + connection.peer.id() + " does not end: " + e);
      }
    }
  }

  @Override
  public boolean outdated(Peer peer) {
    return peer.proven() && clock.millis() > peer.outdatedMillis();
  }

  private void put(@Nullable Svid svid, @Nullable TrustBundle trust, boolean tls12) {
    SSLContext server = null;
    TlsMaterial material = null;
    if (svid != null && trust != null) {
      try {
        TlsMaterial made = material(svid, trust, "", tls12 ? PROTOCOLS : STRICT_PROTOCOLS);
        server = context(made);
        material = made;
      } catch (GeneralSecurityException e) {
        Log.error("no mutual TLS: " + e.getMessage());
      }
    }
    now = new InForce(now.epoch + 1, svid, trust, tls12, server, material);
    open.forEach(this::endIfDisbelieved);
  }

  private TlsMaterial material(
      Svid svid, TrustBundle trust, String expected, List<String> protocols) {
    return new TlsMaterial(
        new OwnKey(svid),
        new PeerTrust(new PeerCheck(trust), expected, svid.leaf(), clock),
        protocols);
  }

  private static SSLContext context(TlsMaterial material) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {material.key()},
        new TrustManager[] {material.trust()},
        new SecureRandom());
    // The checks above are not made when a session is resumed.
    for (var sessions :
        List.of(context.getClientSessionContext(), context.getServerSessionContext())) {
      sessions.setSessionCacheSize(1);
      sessions.setSessionTimeout(RESUMABLE_SECONDS);
    }
    return context;
  }

  private static @Nullable String choose(List<String> served, List<String> offered) {
    for (String each : served) {
      if (offered.contains(each)) {
        return each;
      }
    }
    // RFC 7301, 3.2: no_application_protocol.
    return null;
  }

  private String rootHash(Svid svid, TrustBundle trust) {
    try {
      X509Certificate root = new PeerCheck(trust).root(svid.chain(), clock.instant());
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(Objects.requireNonNull(root).getEncoded()));
    } catch (GeneralSecurityException e) {
      return "";
    }
  }
}
