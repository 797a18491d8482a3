package io.weft.core.explain;

import io.weft.core.call.Protocol;
import io.weft.core.egress.EgressPolicy;

/**
 * What an Egress makes of a call to a host outside the mesh.
 *
 * @param field of the document, by which it decides
 */
record EgressStage(String says, String field) {

  /**
   * @param authority {@code host[:port]}
   */
  static EgressStage of(EgressPolicy policy, String authority, Protocol protocol) {
    Authority called = Authority.of(authority);
    int port = called.port() > 0 ? called.port() : protocol == Protocol.GRPC ? 443 : 80;
    return of(policy, called.host(), port);
  }

  static EgressStage of(EgressPolicy policy, String host, int port) {
    int exception = policy.exception(host, port);
    String says =
        host
            + ", port "
            + port
            + (!policy.denies(host, port)
                ? " may be called"
                : policy.shadow() ? " would be denied: 403" : " must not be called: 403");
    return new EgressStage(
        says,
        exception == EgressPolicy.DEFAULT
            ? "spec.conf.default"
            : "spec.conf.exceptions[" + exception + "]");
  }
}
