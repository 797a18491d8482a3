package io.weft.control.identity;

/**
 * An agent with an identity, as it last told.
 *
 * @param rootHash of the root that its chain ends in
 * @param trustHash of the Trust that it believes
 */
public record Holder(String rootHash, String trustHash) {}
