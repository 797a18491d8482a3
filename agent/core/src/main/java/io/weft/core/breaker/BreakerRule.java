package io.weft.core.breaker;

import io.weft.core.config.Source;

/**
 * A breaker as a document puts it before calls.
 *
 * @param shadow whether it refuses none
 */
public record BreakerRule(Source source, boolean shadow, CircuitBreaker breaker) {}
