package io.weft.instrumentation.grpc;

import io.grpc.CallOptions;
import java.util.concurrent.Executor;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** The application makes a call: notes where it leads, before its interceptors have their turn. */
public final class ChannelAdvice {
  private ChannelAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(1))
  public static @Nullable CallOptions enter(
      @Advice.Argument(1) @Nullable CallOptions options,
      @Advice.FieldValue("target") String target,
      @Advice.FieldValue("executor") Executor executor) {
    return options == null ? null : MeshTarget.noted(options, target, executor);
  }
}
