package io.weft.core.inbound;

import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import java.util.ArrayList;
import java.util.List;

/**
 * The header that tells the application who has proven to be the caller, in Envoy's form: {@code
 * By=<own SPIFFE ID>;Hash=<SHA-256 of the caller's certificate>;URI=<caller's SPIFFE ID>}.
 */
public enum ForwardedCertificate {
  /** None is made. One that a proven caller sends is passed on, any other is not. */
  OFF,
  /** Made for proven callers, in place of whatever was sent. */
  SET,
  /** The same, behind what a proven caller has sent, such as a gateway about its own callers. */
  APPEND;

  static final String HEADER = "x-forwarded-client-cert";

  /** Whether what was sent must not reach the application. */
  boolean hides(Peer peer) {
    return !peer.proven() || this != OFF;
  }

  /** What the application shall see in place of what was sent; empty for nothing. */
  String of(InboundRequest request) {
    Peer peer = request.peer();
    if (this == OFF || !peer.proven() || peer.certificates().isEmpty()) {
      return "";
    }
    List<String> all = new ArrayList<>();
    if (this == APPEND) {
      all.addAll(request.headers(HEADER));
    }
    all.add(
        "By="
            + MeshTls.current().ownId()
            + ";Hash="
            + peer.certificateHash()
            + ";URI="
            + peer.id());
    return String.join(",", all);
  }
}
