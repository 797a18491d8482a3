package io.weft.instrumentation.grpc;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Where channels are hooked: the same classes with grpc-netty, grpc-netty-shaded and OkHttp. */
public final class GrpcClientInstrumentation implements LibraryInstrumentation {
  private static final String ADVICE = "io.weft.instrumentation.grpc.";
  private static final String CHANNEL = "io.grpc.internal.ManagedChannelImpl";
  private static final String BALANCERS = "io.grpc.internal.AutoConfiguredLoadBalancerFactory";
  private static final List<String> CALL =
      List.of("io.grpc.MethodDescriptor", "io.grpc.CallOptions");

  @Override
  public String library() {
    return "grpc-client";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        Hook.method(CHANNEL, "newCall", CALL, ADVICE + "ChannelAdvice"),
        Hook.method(CHANNEL + "$RealChannel", "newCall", CALL, ADVICE + "CallAdvice"),
        Hook.method(
            BALANCERS,
            "newLoadBalancer",
            List.of("io.grpc.LoadBalancer$Helper"),
            ADVICE + "BalancerAdvice"),
        Hook.method(
            BALANCERS + "$AutoConfiguredLoadBalancer",
            "shutdown",
            List.of(),
            ADVICE + "BalancerEndAdvice"),
        // Older versions have a narrower twin of it.
        Hook.returning(
            "io.grpc.NameResolver",
            "io.grpc.internal.DnsNameResolverProvider",
            "newNameResolver",
            ADVICE + "ResolverAdvice"));
  }
}
