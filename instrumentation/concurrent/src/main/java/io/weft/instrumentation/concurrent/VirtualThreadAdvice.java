package io.weft.instrumentation.concurrent;

import io.weft.core.scope.ScopedTask;
import net.bytebuddy.asm.Advice;

/** A virtual thread is made; its task is the last argument. */
public final class VirtualThreadAdvice {
  private VirtualThreadAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(3))
  public static Runnable enter(@Advice.Argument(3) Runnable task) {
    return ScopedTask.capture(task);
  }
}
