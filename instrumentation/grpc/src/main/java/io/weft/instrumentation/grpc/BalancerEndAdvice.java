package io.weft.instrumentation.grpc;

import io.grpc.LoadBalancer;
import net.bytebuddy.asm.Advice;

/** A channel ends, or goes idle: so do the connections to the mesh's endpoints. */
public final class BalancerEndAdvice {
  private BalancerEndAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.FieldValue("helper") LoadBalancer.Helper helper) {
    if (helper instanceof MeshHelper mesh) {
      mesh.shutdown();
    }
  }
}
