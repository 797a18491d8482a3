package io.weft.instrumentation.grpc.netty;

import io.grpc.Attributes;
import io.grpc.Status;
import io.grpc.internal.GrpcAttributes;
import java.lang.reflect.Proxy;

/**
 * Tells the library that a connection serves every authority, as its plaintext ones do: the peer is
 * known by its SPIFFE ID, the authority is the application's business. Versions before 1.72 did not
 * ask; so it is said by reflection.
 */
final class AnyAuthority {
  static final Attributes ATTRIBUTES = attributes();

  private AnyAuthority() {}

  private static Attributes attributes() {
    try {
      Class<?> verifier =
          Class.forName(
              "io.grpc.internal.AuthorityVerifier", false, GrpcAttributes.class.getClassLoader());
      @SuppressWarnings("unchecked")
      Attributes.Key<Object> key =
          (Attributes.Key<Object>)
              GrpcAttributes.class.getField("ATTR_AUTHORITY_VERIFIER").get(null);
      Object any =
          Proxy.newProxyInstance(
              verifier.getClassLoader(),
              new Class<?>[] {verifier},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "verifyAuthority" -> Status.OK;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "any authority";
                  });
      return Attributes.newBuilder().set(key, any).build();
    } catch (ReflectiveOperationException e) {
      return Attributes.EMPTY;
    }
  }
}
