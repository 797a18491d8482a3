package io.weft.instrumentation.tomcat;

import io.weft.core.registry.BoundPort;
import io.weft.core.registry.PortInfo;
import io.weft.core.registry.PortProtocol;
import io.weft.core.registry.PortTls;
import io.weft.core.registry.Ports;
import java.net.InetAddress;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;

/** The ports of this Tomcat's HTTP connectors. */
final class TomcatPorts {
  private static final Map<AbstractProtocol<?>, BoundPort> OPEN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private TomcatPorts() {}

  static void opened(AbstractProtocol<?> protocol) {
    if (!(protocol instanceof AbstractHttp11Protocol<?> http) || protocol.getLocalPort() <= 0) {
      // AJP speaks with a proxy, not with callers.
      return;
    }
    InetAddress address = protocol.getAddress();
    OPEN.computeIfAbsent(
        protocol,
        p ->
            Ports.ofThisProcess()
                .bound(
                    new PortInfo(
                        protocol.getLocalPort(),
                        address == null ? "" : address.getHostAddress(),
                        PortProtocol.HTTP,
                        tls(http),
                        "tomcat")));
  }

  // The mesh's TLS is spoken on connectors of NIO; APR and NIO2 are left alone.
  private static PortTls tls(AbstractHttp11Protocol<?> http) {
    if (http.isSSLEnabled()) {
      return PortTls.APP;
    }
    return http instanceof Http11NioProtocol ? PortTls.MESH : PortTls.NONE;
  }

  static void closed(AbstractProtocol<?> protocol) {
    BoundPort port = OPEN.remove(protocol);
    if (port != null) {
      port.close();
    }
  }
}
