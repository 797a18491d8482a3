package io.weft.core.lifecycle;

import io.weft.core.log.Log;

/**
 * Where the JVM runs the application's shutdown hooks.
 *
 * <p>The agent advises {@code java.lang.ApplicationShutdownHooks#runHooks} instead of adding a hook
 * of its own, which would run beside the application's while they close its servers.
 */
final class ShutdownHooks {

  private ShutdownHooks() {}

  /** Has the JVM run hooks even if the application never adds one: it loads the class only then. */
  static void makePresent() {
    try {
      Class.forName("java.lang.ApplicationShutdownHooks", true, null);
    } catch (ClassNotFoundException e) {
      Log.warn("this Java runs its shutdown hooks elsewhere; the process will stop undrained");
    }
  }
}
