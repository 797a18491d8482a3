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
    int exception = policy.exception(called.host(), port);
    boolean denied = policy.denies(called.host(), port);
    String host = called.host() + ", port " + port;
    String says =
        !denied
            ? host + " may be called"
            : policy.shadow() ? host + " would be denied: 403" : host + " must not be called: 403";
    return new EgressStage(
        says,
        exception == EgressPolicy.DEFAULT
            ? "spec.conf.default"
            : "spec.conf.exceptions[" + exception + "]");
  }
}
