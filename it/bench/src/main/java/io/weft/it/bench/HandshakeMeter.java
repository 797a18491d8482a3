package io.weft.it.bench;

import io.weft.api.v1.Trust;
import io.weft.core.identity.LiveTls;
import io.weft.core.identity.SpiffeId;
import io.weft.core.identity.Svid;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * Compares full handshakes of the mesh's mutual TLS with those that the JDK makes by itself with
 * the same certificates: TLS 1.3, ECDSA on P-256, both ends in one thread and nothing resumed. They
 * take turns, and the time is the thread's own, so that a busy machine does little to the ratio.
 *
 * <pre>
 * HandshakeMeter &lt;rounds&gt;
 * </pre>
 */
public final class HandshakeMeter {
  private static final String CALLER = "spiffe://weft.local/ns/default/sa/caller";
  private static final String CALLEE = "spiffe://weft.local/ns/default/sa/callee";
  private static final int WARM_UP_ROUNDS = 5;
  private static final int HANDSHAKES = 100;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Makes the engines of one connection. */
  private interface Connection {
    SSLEngine client() throws SSLException;

    SSLEngine server() throws SSLException;
  }

  private HandshakeMeter() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 1) {
      System.err.println("usage: HandshakeMeter <rounds>");
      System.exit(2);
    }
    int rounds = Integer.parseInt(args[0]);
    BenchAuthority authority = new BenchAuthority();
    BenchAuthority.Certified caller = authority.certify(CALLER);
    BenchAuthority.Certified callee = authority.certify(CALLEE);
    Connection mesh = mesh(authority, caller, callee);
    Connection plain = plain(authority, caller, callee);
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      micros(plain);
      micros(mesh);
    }
    double[] plainMicros = new double[rounds];
    double[] meshMicros = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      plainMicros[i] = micros(plain);
      meshMicros[i] = micros(mesh);
    }
    double of = median(plainMicros);
    double to = median(meshMicros);
    System.out.printf(
        Locale.ROOT,
        "JDK:  %.0f us, %.0f/s%nmesh: %.0f us, %.0f/s%nadded: %.1f %% (medians of %d x %d)%n",
        of,
        1e6 / of,
        to,
        1e6 / to,
        (to / of - 1) * 100,
        rounds,
        HANDSHAKES);
  }

  private static double median(double[] all) {
    Arrays.sort(all);
    return all[all.length / 2];
  }

  private static double micros(Connection connection) throws SSLException {
    long begun = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < HANDSHAKES; i++) {
      shake(connection.client(), connection.server());
    }
    return (THREADS.getCurrentThreadCpuTime() - begun) / 1e3 / HANDSHAKES;
  }

  private static Connection mesh(
      BenchAuthority authority, BenchAuthority.Certified caller, BenchAuthority.Certified callee) {
    LiveTls client = live(authority, CALLER, caller);
    LiveTls server = live(authority, CALLEE, callee);
    return new Connection() {
      @Override
      public SSLEngine client() throws SSLException {
        SSLEngine engine = client.client(CALLEE).context().createSSLEngine();
        engine.setUseClientMode(true);
        return engine;
      }

      @Override
      public SSLEngine server() throws SSLException {
        return server.serverEngine();
      }
    };
  }

  private static LiveTls live(
      BenchAuthority authority, String id, BenchAuthority.Certified certified) {
    LiveTls tls = new LiveTls(InstantSource.system());
    tls.trust(
        Trust.newBuilder()
            .setTrustDomain("weft.local")
            .putRoots("weft.local", authority.pem())
            .build(),
        "");
    tls.identity(new Svid(certified.key(), List.of(certified.certificate()), SpiffeId.parse(id)));
    return tls;
  }

  private static Connection plain(
      BenchAuthority authority, BenchAuthority.Certified caller, BenchAuthority.Certified callee)
      throws Exception {
    SSLContext client = context(authority.root(), caller.key(), caller.certificate());
    SSLContext server = context(authority.root(), callee.key(), callee.certificate());
    return new Connection() {
      @Override
      public SSLEngine client() {
        SSLEngine engine = client.createSSLEngine();
        engine.setUseClientMode(true);
        return engine;
      }

      @Override
      public SSLEngine server() {
        SSLEngine engine = server.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        engine.setEnabledProtocols(new String[] {"TLSv1.3"});
        return engine;
      }
    };
  }

  private static SSLContext context(
      X509Certificate root, PrivateKey key, X509Certificate certificate) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("own", key, new char[0], new X509Certificate[] {certificate});
    // PKIX would decrypt the key at each handshake.
    KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(own, new char[0]);
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", root);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    // As the mesh does: what is kept for resumption costs, and is not to be compared here.
    context.getClientSessionContext().setSessionCacheSize(1);
    context.getServerSessionContext().setSessionCacheSize(1);
    return context;
  }

  private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(1 << 15);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 15);
    client.beginHandshake();
    server.beginHandshake();
    while (!isDone(client) || !isDone(server)) {
      speak(client, toServer);
      hear(server, toServer);
      speak(server, toClient);
      hear(client, toClient);
    }
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void speak(SSLEngine engine, ByteBuffer out) throws SSLException {
    tasks(engine);
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      engine.wrap(ByteBuffer.allocate(0), out);
      tasks(engine);
    }
  }

  private static void hear(SSLEngine engine, ByteBuffer in) throws SSLException {
    in.flip();
    ByteBuffer text = ByteBuffer.allocate(1 << 15);
    while (in.hasRemaining()) {
      SSLEngineResult result = engine.unwrap(in, text);
      tasks(engine);
      if (result.bytesConsumed() == 0
          && engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
        break;
      }
    }
    in.compact();
  }

  private static void tasks(SSLEngine of) {
    for (Runnable task = of.getDelegatedTask(); task != null; task = of.getDelegatedTask()) {
      task.run();
    }
  }
}
