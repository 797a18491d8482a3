package io.weft.instrumentation.grpc;

import io.grpc.LoadBalancer;
import net.bytebuddy.asm.Advice;

/** A channel makes its load balancer, which shall know the mesh's endpoints as well. */
public final class BalancerAdvice {
  private BalancerAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static LoadBalancer.Helper enter(@Advice.Argument(0) LoadBalancer.Helper helper) {
    // A bridge method may have come first.
    return helper instanceof MeshHelper ? helper : new MeshHelper(helper);
  }
}
