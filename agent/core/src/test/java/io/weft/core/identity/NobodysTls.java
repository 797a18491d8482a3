package io.weft.core.identity;

import io.weft.core.identity.TestPki.Leaf;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Begins every handshake, with a certificate of its own, and ends none: it believes nobody. */
public final class NobodysTls extends NoTls {
  private static final char[] NO_PASSWORD = new char[0];

  private final SSLContext context = context();

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public int epoch() {
    return 1;
  }

  @Override
  public SSLEngine serverEngine(String... protocols) throws SSLException {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    return engine;
  }

  private static SSLContext context() {
    try {
      Svid own = TestPki.svid(Leaf.of("spiffe://weft.local/ns/default/sa/own"), new TestPki());
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, NO_PASSWORD);
      store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
