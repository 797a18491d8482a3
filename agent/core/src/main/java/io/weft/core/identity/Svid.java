package io.weft.core.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * An X.509-SVID: who this process is, and the key that proves it, which is nowhere but in its
 * memory.
 *
 * @param chain the leaf first, the root left out
 */
public record Svid(PrivateKey key, List<X509Certificate> chain, SpiffeId id) {
  public Svid {
    chain = List.copyOf(chain);
  }

  X509Certificate leaf() {
    return chain.get(0);
  }

  @Override
  public String toString() {
    return id + " until " + leaf().getNotAfter().toInstant();
  }
}
