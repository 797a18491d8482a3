package io.weft.control.join;

import java.time.Instant;

/**
 * What a credential has proven.
 *
 * @param name of the credential, as messages have it
 * @param namespace it is good for; empty for any
 * @param principal its bearer is; empty for none: it proves membership alone
 * @param since when it was issued: what was revoked later than that, it does not prove
 * @param until when it ends, and the stream that was opened with it; {@link Instant#MAX} for never
 * @param token id of the join token, whose revocation ends the stream; empty for other credentials
 */
public record Joined(
    String name, String namespace, String principal, Instant since, Instant until, String token)
    implements Judgement {

  /** Whether it proves nothing any more. */
  public boolean isOver(Instant now) {
    return !now.isBefore(until);
  }

  /** The name of the principal for messages. */
  public String who() {
    return principal.isEmpty() ? "(none)" : principal;
  }
}
