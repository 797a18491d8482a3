package io.weft.instrumentation.grpc;

import io.grpc.NameResolver;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Names of the mesh need no DNS. */
public final class ResolverAdvice {
  private ResolverAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static @Nullable NameResolver exit(
      @Advice.Argument(0) Object uri, @Advice.Return @Nullable NameResolver dns) {
    return dns == null || dns instanceof MeshResolver
        ? dns
        : MeshResolver.around(uri.toString(), dns);
  }
}
