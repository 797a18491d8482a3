package io.weft.core.health;

/**
 * An endpoint is found healthy that was not, or the other way round.
 *
 * @param cluster the service, with its labels
 * @param document {@code HealthCheck/namespace/name}
 * @param shadow whether calls go there all the same
 * @param why it is not, in words; empty if it is
 */
public record HealthChange(
    String cluster, String document, boolean shadow, String endpoint, boolean healthy, String why) {

  /** For people. */
  @Override
  public String toString() {
    return endpoint
        + " of "
        + cluster
        + (healthy ? " is healthy again" : " is unhealthy: " + why)
        + (shadow ? " (shadow)" : "");
  }
}
