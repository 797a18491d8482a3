package io.weft.control.identity;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * A token as the store keeps it: its secret only as a hash.
 *
 * @param purpose join for agents, admin for the command
 * @param namespace of the services that may join with it, or that an editor may change; empty for
 *     any
 * @param principal that its bearers are; empty for none in particular
 * @param expires ISO 8601; null for never
 * @param role of an admin token; null for ADMIN
 */
public record Token(
    String id,
    Purpose purpose,
    String secretHash,
    String namespace,
    String principal,
    String created,
    @Nullable String expires,
    @Nullable String role) {

  /** What bearers of an admin token may do, each all that those before it may. */
  public enum Role {
    /** See everything. */
    VIEWER,
    /** Change the documents of its namespace. */
    EDITOR,
    /** Everything. */
    ADMIN
  }

  /** Its role; tokens of earlier versions are an administrator's. */
  @JsonIgnore
  public Role granted() {
    return role == null ? Role.ADMIN : Role.valueOf(role);
  }

  /** Whether it is kept only to be known as worthless: without a hash, no secret fits it. */
  @JsonIgnore
  boolean isRevoked() {
    return secretHash.isEmpty();
  }

  /** The same, worthless. */
  Token revoked() {
    return new Token(id, purpose, "", namespace, principal, created, expires, role);
  }

  /** What it is good for; one never stands for the other. */
  public enum Purpose {
    JOIN,
    ADMIN
  }
}
