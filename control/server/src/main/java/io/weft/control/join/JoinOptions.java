package io.weft.control.join;

import java.nio.file.Path;
import java.util.Optional;

/**
 * By what agents may join, beside join tokens.
 *
 * @param kubernetes whose service account tokens are believed
 * @param authorities PEM file of authorities whose X.509-SVIDs are believed
 */
public record JoinOptions(Optional<Kubernetes> kubernetes, Optional<Path> authorities) {

  /** Join tokens alone. */
  public static final JoinOptions TOKENS = new JoinOptions(Optional.empty(), Optional.empty());

  /**
   * A cluster.
   *
   * @param issuer that its tokens must have
   * @param audience that its tokens must be for
   * @param keys its JWK set: a file, or an https URI
   * @param keysCa PEM file of the authorities that the URI's server is known by; absent: Java's own
   * @param keysToken file of a token to be shown to that server, read each time
   */
  public record Kubernetes(
      String issuer,
      String audience,
      String keys,
      Optional<Path> keysCa,
      Optional<Path> keysToken) {}
}
