package io.weft.control.identity;

import org.jspecify.annotations.Nullable;

/**
 * A token as the store keeps it: its secret only as a hash.
 *
 * @param purpose join for agents, admin for the command
 * @param namespace of the services that may join with it; empty for any
 * @param principal that its bearers are; empty for none in particular
 * @param expires ISO 8601; null for never
 */
public record Token(
    String id,
    Purpose purpose,
    String secretHash,
    String namespace,
    String principal,
    String created,
    @Nullable String expires) {

  /** What it is good for; one never stands for the other. */
  public enum Purpose {
    JOIN,
    ADMIN
  }
}
