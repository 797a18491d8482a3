package io.weft.instrumentation.concurrent;

import io.weft.core.scope.ScopedTask;
import net.bytebuddy.asm.Advice;

/** A task is handed over as the first argument. */
public final class RunnableAdvice {
  private RunnableAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static Runnable enter(@Advice.Argument(0) Runnable task) {
    return ScopedTask.capture(task);
  }
}
