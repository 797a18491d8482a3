package io.weft.instrumentation.grpc.netty;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Where the Netty transport chooses what to put on a connection before HTTP/2. */
public final class NettyInstrumentation implements LibraryInstrumentation {
  private static final String ADVICE = "io.weft.instrumentation.grpc.netty.";

  @Override
  public String library() {
    return "grpc-netty";
  }

  @Override
  public List<Hook> hooks() {
    return hooks("io.grpc.netty.");
  }

  static List<Hook> hooks(String transport) {
    return List.of(
        Hook.all(transport + "NettyServer", "<init>", ADVICE + "ServerAdvice"),
        Hook.all(transport + "NettyServer", "start", ADVICE + "BindAdvice"),
        Hook.all(transport + "NettyClientTransport", "<init>", ADVICE + "ClientAdvice"));
  }
}
