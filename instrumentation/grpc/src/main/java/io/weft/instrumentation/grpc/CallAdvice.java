package io.weft.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** A call that leads into the mesh is made by the mesh, on the same channel. */
public final class CallAdvice {
  private CallAdvice() {}

  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static <Q, R> @Nullable Object enter(
      @Advice.This Channel channel,
      @Advice.Argument(0) MethodDescriptor<Q, R> method,
      @Advice.Argument(1) CallOptions options) {
    MeshTarget target = MeshTarget.of(options);
    return target == null ? null : new MeshCall<>(channel, method, options, target);
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned(typing = Assigner.Typing.DYNAMIC)
  public static @Nullable Object exit(
      @Advice.Enter @Nullable Object ours,
      @Advice.Return(typing = Assigner.Typing.DYNAMIC) @Nullable Object theirs) {
    return ours instanceof ClientCall ? ours : theirs;
  }
}
