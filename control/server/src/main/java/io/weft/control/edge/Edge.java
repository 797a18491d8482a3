package io.weft.control.edge;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one service to one version of another over the window.
 *
 * @param success share of the calls that did not fail, from 0 to 1
 * @param p50Millis half of the calls took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param encrypted share of the calls that reached somebody which went over mutual TLS, from 0 to
 *     1; null if none reached anybody
 * @param calleePrincipal as whom the callee was known; empty if none was encrypted
 * @param causes failures by what made them
 */
public record Edge(
    String caller,
    String callee,
    String version,
    String protocol,
    double callsPerSecond,
    long calls,
    long failures,
    double success,
    double p50Millis,
    double p99Millis,
    long retries,
    @Nullable Double encrypted,
    String callerPrincipal,
    String calleePrincipal,
    Map<String, Long> causes) {}
