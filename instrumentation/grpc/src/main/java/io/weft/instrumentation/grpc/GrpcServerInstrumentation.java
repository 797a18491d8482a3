package io.weft.instrumentation.grpc;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Where servers are hooked, whatever their transport. */
public final class GrpcServerInstrumentation implements LibraryInstrumentation {
  private static final String ADVICE = "io.weft.instrumentation.grpc.";
  private static final String SERVER = "io.grpc.internal.ServerImpl";

  @Override
  public String library() {
    return "grpc-server";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        Hook.method(SERVER + "Builder", "build", List.of(), ADVICE + "ServerBuildAdvice"),
        Hook.method(SERVER, "start", List.of(), ADVICE + "ServerStartAdvice"),
        Hook.method(SERVER, "shutdown", List.of(), ADVICE + "ServerEndAdvice"));
  }
}
