package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import java.util.function.UnaryOperator;

/** The negotiators that transports are made with. Their type is the library's own. */
final class Negotiators {
  private static final Class<?> NEGOTIATOR = ProtocolNegotiator.class.getInterfaces()[0];

  private Negotiators() {}

  /** The one among a constructor's arguments, whose places differ between versions. */
  static Object in(Object[] arguments) {
    return arguments[indexIn(arguments)];
  }

  /** The arguments with another negotiator. */
  static Object[] replaced(Object[] arguments, UnaryOperator<Object> choice) {
    Object[] replaced = arguments.clone();
    int index = indexIn(arguments);
    replaced[index] = choice.apply(arguments[index]);
    return replaced;
  }

  /** Whether it is the library's own for plaintext. */
  static boolean isPlaintext(Object negotiator) {
    return negotiator.getClass().getName().endsWith("$PlaintextProtocolNegotiator");
  }

  /**
   * Whether it makes TLS: all of the library's own do but the one, others say so by their scheme.
   */
  static boolean isTls(Object negotiator) {
    return negotiator instanceof ProtocolNegotiator foreign
        ? foreign.scheme().contentEquals("https")
        : !isPlaintext(negotiator);
  }

  private static int indexIn(Object[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (NEGOTIATOR.isInstance(arguments[i])) {
        return i;
      }
    }
    throw new IllegalArgumentException("no negotiator");
  }
}
