package io.weft.instrumentation.jvm;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/**
 * Runs the agent's leave-taking around the application's shutdown hooks. A hook of its own would
 * run beside them, while the application is closing its servers already.
 */
public final class ShutdownInstrumentation implements LibraryInstrumentation {
  @Override
  public String library() {
    return "jvm-shutdown";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        Hook.method(
            "java.lang.ApplicationShutdownHooks",
            "runHooks",
            List.of(),
            "io.weft.instrumentation.jvm.ShutdownAdvice"));
  }
}
