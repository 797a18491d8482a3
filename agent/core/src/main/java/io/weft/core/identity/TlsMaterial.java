package io.weft.core.identity;

import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What the mesh's TLS is made of, for those who make it with another library than the JDK's. They
 * owe what the JDK's engines of the mesh are set up with: a server wants its client's certificate,
 * whom to believe is for {@code trust} alone, and no session is resumed by a client. The same
 * object for as long as identity and trust stay the same, so that what is made of it may be kept
 * with it.
 *
 * @param key proves who this process is
 * @param trust believes those whom the mesh does, and notes in the session whom
 * @param protocols the versions of TLS that may be spoken, in the JDK's names, the best first
 */
public record TlsMaterial(
    X509ExtendedKeyManager key, X509ExtendedTrustManager trust, List<String> protocols) {
  public TlsMaterial {
    protocols = List.copyOf(protocols);
  }
}
