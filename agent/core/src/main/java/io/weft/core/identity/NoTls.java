package io.weft.core.identity;

import io.weft.core.log.Log;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** Of a process that has no identity. */
class NoTls implements MeshTls {
  @Override
  public boolean ready() {
    return false;
  }

  @Override
  public int epoch() {
    return 0;
  }

  @Override
  public SSLEngine serverEngine(String... protocols) throws SSLException {
    throw none();
  }

  @Override
  public TlsMaterial serverMaterial() throws SSLException {
    throw none();
  }

  private static SSLException none() {
    Log.warnOnce(
        "connections that begin mutual TLS are closed until control has issued a certificate");
    return new SSLException("this process has no certificate yet");
  }

  @Override
  public ClientTls client(String principal) throws SSLException {
    throw new SSLException("this process has no certificate yet");
  }

  @Override
  public Peer peer(SSLSession session) {
    return Peer.UNKNOWN;
  }

  @Override
  public String disbelief(Peer peer) {
    return "";
  }

  @Override
  public boolean outdated(Peer peer) {
    return false;
  }
}
