package io.weft.core.scope;

/**
 * A place in a trace (W3C Trace Context, level 1). Immutable.
 *
 * @param traceId 32 lower-case hex digits; empty for no trace
 * @param spanId 16 lower-case hex digits; empty for no trace
 * @param traceState the tracestate header as it came; empty if it is none that could be sent on
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String traceState) {
  /** No trace. */
  public static final TraceContext NONE = new TraceContext("", "", false, "");

  /** Carries the trace on. */
  public static final String TRACEPARENT = "traceparent";

  /** Carries what tracing systems add to it. */
  public static final String TRACESTATE = "tracestate";

  private static final int LENGTH = 55;
  private static final int TRACE_ID = 3;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final String NO_TRACE_ID = "0".repeat(32);
  private static final String NO_SPAN_ID = "0".repeat(16);

  /** From headers, each empty if it is not there; no trace if the first is not valid. */
  public static TraceContext parse(String parent, String state) {
    if (!isValid(parent)) {
      return NONE;
    }
    int flags = Character.digit(parent.charAt(FLAGS + 1), 16);
    return new TraceContext(
        parent.substring(TRACE_ID, TRACE_ID + 32),
        parent.substring(SPAN_ID, SPAN_ID + 16),
        (flags & 1) == 1,
        isPrintable(state) ? state : "");
  }

  /** Whether there is a trace. */
  public boolean exists() {
    return !traceId.isEmpty();
  }

  /** The traceparent header. */
  public String header() {
    return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }

  private static boolean isValid(String header) {
    // Later versions may be longer, but begin alike; version ff is forbidden.
    return header.length() >= LENGTH
        && (header.length() == LENGTH || (!header.startsWith("00") && header.charAt(LENGTH) == '-'))
        && isHex(header, 0, 2)
        && !header.startsWith("ff")
        && header.charAt(2) == '-'
        && isHex(header, TRACE_ID, 32)
        && !header.startsWith(NO_TRACE_ID, TRACE_ID)
        && header.charAt(SPAN_ID - 1) == '-'
        && isHex(header, SPAN_ID, 16)
        && !header.startsWith(NO_SPAN_ID, SPAN_ID)
        && header.charAt(FLAGS - 1) == '-'
        && isHex(header, FLAGS, 2);
  }

  // Of a header's characters it has no others (W3C Trace Context, 3.3.1), but for tabs between its
  // members. A protocol's library need not have looked.
  private static boolean isPrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' || c > '~') && c != '\t') {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(String text, int from, int length) {
    for (int i = from; i < from + length; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
