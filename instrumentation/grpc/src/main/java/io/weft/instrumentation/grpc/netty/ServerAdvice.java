package io.weft.instrumentation.grpc.netty;

import io.weft.core.registry.PortTls;
import io.weft.instrumentation.grpc.ListeningTls;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** A server's transport is made: one built for plaintext takes the mesh's TLS on its port too. */
public final class ServerAdvice {
  private ServerAdvice() {}

  // Returned as an object: of an array, each element would be assigned by itself.
  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToAllArguments(typing = Assigner.Typing.DYNAMIC)
  public static Object enter(@Advice.AllArguments Object[] arguments) {
    return Negotiators.replaced(
        arguments, given -> Negotiators.isPlaintext(given) ? GuardedNegotiator.INSTANCE : given);
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.This Object transport, @Advice.Enter @Nullable Object entered) {
    if (entered instanceof Object[] arguments) {
      Object negotiator = Negotiators.in(arguments);
      ListeningTls.made(
          transport,
          negotiator == GuardedNegotiator.INSTANCE
              ? PortTls.MESH
              : Negotiators.isTls(negotiator) ? PortTls.APP : PortTls.NONE);
    }
  }
}
