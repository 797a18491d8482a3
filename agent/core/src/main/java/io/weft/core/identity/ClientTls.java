package io.weft.core.identity;

import io.weft.core.inbound.IpRange;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;

/**
 * TLS toward somebody: whoever else answers fails the handshake. It is the mesh's, mutual, toward
 * one principal with one identity; or, toward a host outside the mesh, checked by that host's name.
 * The same object for as long as identity and trust stay the same, so that pools may be keyed by
 * it.
 *
 * @param principal the SPIFFE ID that the other side must prove; empty outside the mesh
 * @param epoch of the mesh's, as {@link MeshTls#epoch} was when it was made; of others, another
 *     number for each
 * @param serverName the host's; empty of the mesh's
 */
public record ClientTls(
    String principal,
    int epoch,
    SSLContext context,
    SSLSocketFactory socketFactory,
    String serverName) {

  /** The mesh's. */
  public ClientTls(
      String principal, int epoch, SSLContext context, SSLSocketFactory socketFactory) {
    this(principal, epoch, context, socketFactory, "");
  }

  /** Whether it is the mesh's. */
  public boolean isMutual() {
    return serverName.isEmpty();
  }

  /** Whether the mesh's TLS is another by now; any other is replaced by whoever had it made. */
  public boolean isOutdated() {
    return isMutual() && epoch != MeshTls.current().epoch();
  }

  /** Has a handshake ask for the host's name, and check it; of the mesh's, the context does. */
  public void prepare(SSLParameters parameters) {
    if (isMutual()) {
      return;
    }
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setServerNames(
        IpRange.literal(serverName).length > 0 ? List.of() : List.of(new SNIHostName(serverName)));
  }
}
