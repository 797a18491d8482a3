package io.weft.core.call;

import io.weft.core.config.Source;

/**
 * What a policy that protects the callee decided in a call, beyond what its attempts and its answer
 * show.
 *
 * @param by the document
 * @param shadow whether it only would have
 * @param what in a word, from a small set
 * @param detail to be read by people
 * @param attempt the number of the attempt it belongs to; 0 before the first
 */
public record Verdict(Source by, boolean shadow, String what, String detail, int attempt) {
  /** Endpoints are passed over from now on. */
  static final String EJECTED = "ejected";

  /** No call is let through from now on. */
  static final String OPENED = "opened";

  /** The call is not let through. */
  static final String OPEN = "open";

  /** As many calls are in flight as may be: the call waits no longer, or not at all. */
  static final String FULL = "full";

  /** The call has waited for others to end. */
  static final String WAITED = "waited";

  /** The attempt goes to an endpoint that would be passed over. */
  static final String PASSED_OVER = "passed-over";

  /** The whole of it, for people. */
  public String says() {
    String whole = detail.isEmpty() ? what : what + ": " + detail;
    return shadow ? "in shadow mode, " + whole : whole;
  }
}
