package io.weft.core.health;

/**
 * How endpoints are checked; the names are Envoy's.
 *
 * @param document {@code HealthCheck/namespace/name}: what is known of endpoints is kept by it
 * @param shadow whether nobody is really passed over
 * @param intervalNanos between two checks of an endpoint
 * @param timeoutNanos how long a check may take
 * @param healthyThreshold good checks in a row after which an unhealthy endpoint is healthy
 * @param unhealthyThreshold bad checks in a row after which a healthy endpoint is unhealthy
 */
public record HealthPolicy(
    String document,
    boolean shadow,
    Probe probe,
    long intervalNanos,
    long timeoutNanos,
    int healthyThreshold,
    int unhealthyThreshold) {}
