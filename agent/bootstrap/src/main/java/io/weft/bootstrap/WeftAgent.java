package io.weft.bootstrap;

import java.lang.instrument.Instrumentation;

/**
 * Where the JVM enters the agent.
 *
 * <p>Compiled for Java 8, alone of all classes: a JVM too old for the agent must still be able to
 * load it, to say so in one line and to run the application. It never throws.
 */
public final class WeftAgent {
  private static final int OLDEST = 17;

  private WeftAgent() {}

  /** With {@code -javaagent}. */
  public static void premain(String argument, Instrumentation instrumentation) {
    start(argument, instrumentation);
  }

  /** Attached to a running JVM. */
  public static void agentmain(String argument, Instrumentation instrumentation) {
    start(argument, instrumentation);
  }

  private static void start(String argument, Instrumentation instrumentation) {
    String version = System.getProperty("java.specification.version", "");
    if (feature(version) < OLDEST) {
      say(
          "WARN this is Java "
              + version
              + ", and the agent needs "
              + OLDEST
              + " or newer: the application runs without it");
      return;
    }
    try {
      Class.forName("io.weft.bootstrap.Launch")
          .getMethod("launch", String.class, Instrumentation.class)
          .invoke(null, argument == null ? "" : argument, instrumentation);
    } catch (Throwable e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      say("ERROR the agent did not start, the application runs without it: " + cause);
    }
  }

  private static int feature(String version) {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      // 1.8 and before
      return 0;
    }
  }

  private static void say(String line) {
    System.err.println("[weft] " + line);
  }
}
