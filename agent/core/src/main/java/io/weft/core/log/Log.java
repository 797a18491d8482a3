package io.weft.core.log;

import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes the agent's lines: {@code [weft] WARN ...}.
 *
 * <p>Goes straight to stderr, since java.util.logging or SLF4J would initialise, and speak through,
 * the application's own logging. Thread-safe.
 */
public final class Log {

  private static final int REMEMBERED = 1_000;

  private static volatile LogLevel threshold = LogLevel.INFO;
  private static volatile String lastProblem = "";
  private static final Set<String> said = ConcurrentHashMap.newKeySet();

  private Log() {}

  /** Sets the least important level that is still written. */
  public static void threshold(LogLevel level) {
    threshold = level;
  }

  /** Whether lines of this level are written; asked before an expensive message is built. */
  public static boolean writes(LogLevel level) {
    return level.compareTo(threshold) <= 0;
  }

  /** The last line at WARN or above, whether written or not; empty if there was none. */
  public static String lastProblem() {
    return lastProblem;
  }

  public static void error(String message) {
    lastProblem = message;
    write(LogLevel.ERROR, message);
  }

  public static void warn(String message) {
    lastProblem = message;
    write(LogLevel.WARN, message);
  }

  public static void info(String message) {
    write(LogLevel.INFO, message);
  }

  public static void debug(String message) {
    write(LogLevel.DEBUG, message);
  }

  /** Writes a line about a request, at whichever level but OFF. */
  public static void access(String message) {
    if (writes(LogLevel.ERROR)) {
      write("ACCESS", message);
    }
  }

  /** Warns with this very text at most once in the life of the process. */
  public static void warnOnce(String message) {
    if (said.size() < REMEMBERED && said.add(message)) {
      warn(message);
    }
  }

  /** Says an error with this very text at most once in the life of the process. */
  public static void errorOnce(String message) {
    if (said.size() < REMEMBERED && said.add(message)) {
      error(message);
    }
  }

  private static void write(LogLevel level, String message) {
    if (writes(level)) {
      write(level.toString(), message);
    }
  }

  private static void write(String what, String message) {
    PrintStream err = System.err;
    err.println("[weft] " + what + " " + message.replace('\n', ' ').replace('\r', ' '));
  }
}
