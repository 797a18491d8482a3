package io.weft.core.timeout;

import io.weft.core.config.Source;

/**
 * How long a call may take, in nanoseconds; 0 means no limit.
 *
 * @param request the whole call to its last byte, all attempts together; of a stream, to its head
 * @param perTry one attempt, to its head
 * @param connect making a connection
 * @param idle silence on a stream
 */
public record TimeoutPolicy(Source source, long request, long perTry, long connect, long idle) {
  /** No limits but the application's own. */
  public static final TimeoutPolicy NONE = new TimeoutPolicy(Source.BUILT_IN, 0, 0, 0, 0);
}
