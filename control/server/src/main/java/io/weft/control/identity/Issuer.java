package io.weft.control.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** Signs what workloads prove themselves by: X.509-SVIDs, as SPIFFE has them. Thread-safe. */
public interface Issuer {

  /**
   * A certificate for the key of a request, and what leads from it to a root.
   *
   * @param request PKCS#10, DER; of it the key alone counts, which it must be signed by
   * @param spiffeId whom the credential has proven
   * @param life from now on; its start is backdated against clocks that differ
   * @return the leaf first, the root left out
   * @throws IssueException in one line
   */
  List<X509Certificate> issue(byte[] request, String spiffeId, Duration life) throws IssueException;
}
