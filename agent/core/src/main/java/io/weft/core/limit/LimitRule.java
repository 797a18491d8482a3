package io.weft.core.limit;

import io.weft.core.config.Source;

/**
 * A limit as a document puts it before calls.
 *
 * @param shadow whether no call waits or is refused
 */
public record LimitRule(Source source, boolean shadow, ConcurrencyLimit limit) {}
