package io.weft.instrumentation.grpc;

import io.grpc.Server;
import io.weft.core.registry.BoundPort;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.Ports;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The ports of the servers of this JVM; a server in process or on a Unix socket has none. */
final class ServerPorts {
  private static final Map<Server, List<BoundPort>> PORTS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private ServerPorts() {}

  /**
   * @param transport what listens for it
   */
  static void opened(Server server, @Nullable Object transport) {
    List<BoundPort> bound = new ArrayList<>(1);
    for (SocketAddress socket : server.getListenSockets()) {
      if (socket instanceof InetSocketAddress address && address.getPort() > 0) {
        bound.add(
            Ports.ofThisProcess()
                .bound(
                    new PortInfo(
                        address.getPort(),
                        address.getAddress() == null ? "" : address.getAddress().getHostAddress(),
                        PortProtocol.GRPC,
                        ListeningTls.of(transport),
                        "grpc")));
      }
    }
    closed(server);
    PORTS.put(server, bound);
  }

  static void closed(Server server) {
    List<BoundPort> bound = PORTS.remove(server);
    if (bound != null) {
      bound.forEach(BoundPort::close);
    }
  }
}
