package io.weft.control.join;

import io.grpc.Status;

/**
 * Why somebody does not join.
 *
 * @param code UNAUTHENTICATED if the credential proves nothing, PERMISSION_DENIED if it proves
 *     something else than was said, UNAVAILABLE if that cannot be told now
 * @param reason one line, with the mend
 */
public record Refusal(Status.Code code, String reason) implements Judgement {

  static Refusal unproven(String reason) {
    return new Refusal(Status.Code.UNAUTHENTICATED, reason);
  }
}
