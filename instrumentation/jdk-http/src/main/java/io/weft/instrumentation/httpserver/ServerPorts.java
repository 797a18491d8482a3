package io.weft.instrumentation.httpserver;

import io.weft.core.registry.BoundPort;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** The ports of the servers of this JVM. A server that is forgotten unstopped keeps its port. */
final class ServerPorts {
  private static final Map<Object, BoundPort> PORTS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private ServerPorts() {}

  static void opened(Object server, ServerSocketChannel channel, boolean https) {
    try {
      if (channel.getLocalAddress() instanceof InetSocketAddress address) {
        PortInfo port =
            new PortInfo(
                address.getPort(),
                address.getAddress().getHostAddress(),
                PortProtocol.HTTP,
                https ? PortTls.APP : PortTls.MESH,
                "jdk.httpserver");
        closed(server);
        PORTS.put(server, Ports.ofThisProcess().bound(port));
      }
    } catch (IOException e) {
      // Closed again already: there is nothing to report.
    }
  }

  static void closed(Object server) {
    BoundPort port = PORTS.remove(server);
    if (port != null) {
      port.close();
    }
  }
}
