package io.weft.core.inbound;

import io.weft.core.log.Log;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Says who was denied by what: for each document a line at first, and then one in ten seconds at
 * most, with how many there were meanwhile. Thread-safe.
 */
public final class DenialLog {
  private static final long BETWEEN = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_SOURCES = 1_000;

  private final ConcurrentHashMap<String, Said> said = new ConcurrentHashMap<>();

  /** What was said last, and how many kept quiet since. */
  private record Said(long at, LongAdder unsaid) {}

  void denied(InboundRequest request, Judgement judgement) {
    say(
        judgement.by(),
        () ->
            request.method()
                + " "
                + path(request.target())
                + " from "
                + (request.peer().proven() ? request.peer().id() + ", " : "")
                + request.peerAddress());
  }

  void refusedPlaintext(int port, String from) {
    say("MutualTls STRICT", () -> "plaintext at port " + port + " from " + from);
  }

  void refusedHandshake(int port, String from, Throwable why) {
    Throwable cause = why;
    // Libraries say that it failed, and what they wrap says why.
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String told = message == null ? cause.getClass().getSimpleName() : shown(message);
    say("mutual TLS", () -> "handshake at port " + port + " from " + from + ": " + told);
  }

  void barred(String by, int port, String from) {
    say(by, () -> "a connection at port " + port + ", which the agent cannot guard, from " + from);
  }

  /**
   * Something else was denied.
   *
   * @param what on one line
   */
  public void denied(String by, Supplier<String> what) {
    say(by, () -> shown(what.get()));
  }

  private void say(String by, Supplier<String> what) {
    long now = System.nanoTime();
    Said before = said.get(by);
    if (before == null && said.size() >= MOST_SOURCES) {
      return;
    }
    if (before != null && now - before.at() < BETWEEN) {
      before.unsaid().increment();
      return;
    }
    said.put(by, new Said(now, new LongAdder()));
    long unsaid = before == null ? 0 : before.unsaid().sum();
    Log.info(
        "denied by " + by + ": " + what.get() + (unsaid == 0 ? "" : ", and " + unsaid + " more"));
  }

  // What a stranger sends is not to forge lines, or to fill the log.
  private static String path(String target) {
    int query = target.indexOf('?');
    return shown(query < 0 ? target : target.substring(0, query));
  }

  private static String shown(String said) {
    String start = said.length() > 200 ? said.substring(0, 200) + "..." : said;
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
