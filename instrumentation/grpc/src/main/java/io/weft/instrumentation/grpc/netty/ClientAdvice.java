package io.weft.instrumentation.grpc.netty;

import io.grpc.Attributes;
import io.weft.instrumentation.grpc.Security;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** A connection is made: to an endpoint of the mesh, with the security the mesh has decided. */
public final class ClientAdvice {
  private ClientAdvice() {}

  // Returned as an object: of an array, each element would be assigned by itself.
  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToAllArguments(typing = Assigner.Typing.DYNAMIC)
  public static @Nullable Object enter(@Advice.AllArguments Object[] arguments) {
    for (Object argument : arguments) {
      if (argument instanceof Attributes attributes) {
        Security security = attributes.get(Security.KEY);
        return security == null ? null : secured(arguments, security);
      }
    }
    return null;
  }

  private static Object[] secured(Object[] arguments, Security security) {
    Object[] secured =
        Negotiators.replaced(arguments, given -> MeshNegotiator.inPlaceOf(given, security));
    security.applied();
    return secured;
  }
}
