package io.weft.instrumentation.grpc.netty;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import io.weft.core.instrument.Relocation;
import io.weft.core.instrument.Relocation.Renamed;
import java.util.List;

/** The same in the copy that brings its own Netty. */
public final class ShadedNettyInstrumentation implements LibraryInstrumentation {
  @Override
  public String library() {
    return "grpc-netty-shaded";
  }

  @Override
  public List<Hook> hooks() {
    return NettyInstrumentation.hooks("io.grpc.netty.shaded.io.grpc.netty.");
  }

  @Override
  public Relocation relocation() {
    return new Relocation(
        "io.weft.instrumentation.grpc.netty.",
        List.of(
            new Renamed("io/grpc/netty/", "io/grpc/netty/shaded/io/grpc/netty/"),
            new Renamed("io/netty/", "io/grpc/netty/shaded/io/netty/")));
  }
}
