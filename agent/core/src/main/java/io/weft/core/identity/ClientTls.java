package io.weft.core.identity;

import io.weft.core.inbound.IpRange;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

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
 * @param material what it is made of; null of what is not the mesh's
 */
public record ClientTls(
    String principal,
    int epoch,
    SSLContext context,
    SSLSocketFactory socketFactory,
    String serverName,
    @Nullable TlsMaterial material) {

  /** The mesh's. */
  public ClientTls(String principal, int epoch, SSLContext context, TlsMaterial material) {
    this(principal, epoch, context, context.getSocketFactory(), "", material);
  }

  /** Another's. */
  public ClientTls(
      String principal,
      int epoch,
      SSLContext context,
      SSLSocketFactory socketFactory,
      String serverName) {
    this(principal, epoch, context, socketFactory, serverName, null);
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
