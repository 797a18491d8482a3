package io.weft.instrumentation.jvm;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/**
 * Sees every socket on which this JVM listens, whichever library it belongs to, so that servers
 * that no adapter guards are not open where the service's policies bar strangers.
 */
public final class ListenInstrumentation implements LibraryInstrumentation {
  private static final List<String> BIND = List.of("java.net.SocketAddress", "int");
  private static final String CHANNEL = "sun.nio.ch.ServerSocketChannelImpl";
  private static final String ASYNCHRONOUS = "sun.nio.ch.AsynchronousServerSocketChannelImpl";

  @Override
  public String library() {
    return "jvm-listen";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        Hook.method("java.net.ServerSocket", "bind", BIND, SocketBindAdvice.class.getName()),
        Hook.method(
            "java.net.ServerSocket",
            "implAccept",
            List.of("java.net.Socket"),
            SocketAcceptAdvice.class.getName()),
        Hook.method(CHANNEL, "bind", BIND, ChannelBindAdvice.class.getName()),
        Hook.all(CHANNEL, "finishAccept", ChannelAcceptAdvice.class.getName()),
        Hook.method(ASYNCHRONOUS, "bind", BIND, ChannelBindAdvice.class.getName()),
        Hook.all(
            "sun.nio.ch.UnixAsynchronousServerSocketChannelImpl",
            "finishAccept",
            ChannelAcceptAdvice.class.getName()));
  }
}
