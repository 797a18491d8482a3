package io.weft.control.identity;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the authority of a mesh is set up. Trust domain and algorithm count at its first start alone.
 *
 * @param trustDomain lower case, as SPIFFE has it
 * @param leafLife how long services' certificates live
 * @param keyFile that of {@link CaKey}
 */
public record CaOptions(
    String trustDomain, Duration leafLife, Path keyFile, CaAlgorithm algorithm) {
  private static final Duration SHORTEST = Duration.ofSeconds(2);

  public CaOptions {
    if (!trustDomain.matches("[a-z0-9._-]{1,255}")) {
      throw new IllegalArgumentException(
          "trust domain " + trustDomain + " must be of a-z, 0-9, dots, dashes and underscores");
    }
    if (leafLife.compareTo(SHORTEST) < 0 || leafLife.compareTo(Duration.ofDays(90)) > 0) {
      throw new IllegalArgumentException(
          "certificates' life must be between 2 seconds and 90 days");
    }
  }

  /** What is taken where nothing else is said. */
  public static CaOptions in(Path data) {
    return new CaOptions(
        "weft.local", Duration.ofHours(24), data.resolve("ca-key"), CaAlgorithm.ECDSA);
  }
}
