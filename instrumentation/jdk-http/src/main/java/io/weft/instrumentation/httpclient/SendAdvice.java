package io.weft.instrumentation.httpclient;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** Has a request that leads to a service of the mesh made by the mesh, with the same client. */
public final class SendAdvice {
  private SendAdvice() {}

  // The exit hands the future to the caller.
  @SuppressWarnings("FutureReturnValueIgnored")
  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static <T> @Nullable Object enter(
      @Advice.This HttpClient client,
      @Advice.Argument(0) @Nullable HttpRequest request,
      @Advice.Argument(1) HttpResponse.@Nullable BodyHandler<T> handler,
      @Advice.Argument(2) HttpResponse.@Nullable PushPromiseHandler<T> pushes,
      @Advice.Argument(3) @Nullable Executor executor) {
    return MeshCalls.send(client, request, handler, pushes, executor == null);
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned(typing = Assigner.Typing.DYNAMIC)
  public static @Nullable Object exit(
      @Advice.Enter @Nullable Object ours,
      @Advice.Return(typing = Assigner.Typing.DYNAMIC) @Nullable Object theirs) {
    return ours instanceof CompletableFuture ? ours : theirs;
  }
}
