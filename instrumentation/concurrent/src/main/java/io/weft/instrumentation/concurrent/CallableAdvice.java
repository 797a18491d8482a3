package io.weft.instrumentation.concurrent;

import io.weft.core.scope.ScopedTask;
import java.util.concurrent.Callable;
import net.bytebuddy.asm.Advice;

/** A task with a result is handed over as the first argument. */
public final class CallableAdvice {
  private CallableAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static Callable<?> enter(@Advice.Argument(0) Callable<?> task) {
    return ScopedTask.capture(task);
  }
}
