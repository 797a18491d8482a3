package io.weft.control.identity;

/**
 * A principal whose certificates and tokens from before a moment are worth nothing.
 *
 * @param before seconds since 1970
 */
public record Revoked(String spiffeId, long before) {}
