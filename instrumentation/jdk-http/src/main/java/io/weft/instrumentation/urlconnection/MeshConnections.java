package io.weft.instrumentation.urlconnection;

import io.weft.core.Mesh;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/** Decides whose calls are the mesh's. */
final class MeshConnections {
  private MeshConnections() {}

  /**
   * The connection for the application: the very one that the library opened, unless the URL leads
   * to a service of the mesh and not through a proxy of the application's.
   */
  static URLConnection of(URL url, @Nullable Proxy proxy, URLConnection opened) {
    if (!(opened instanceof HttpURLConnection http) || Aim.isOpening(url)) {
      return opened;
    }
    Destination destination = Mesh.current().destination(host(url), port(url));
    boolean proxied = proxy != null && proxy.type() != Proxy.Type.DIRECT;
    if (!destination.isMesh() || (proxied && !destination.isDenied())) {
      return opened;
    }
    return http instanceof HttpsURLConnection https
        ? new MeshHttpsURLConnection(https, proxy)
        : new MeshHttpURLConnection(http, proxy);
  }

  /** Whether a connection that is not the mesh's must not be led on to a host. */
  static boolean isDenied(URL url) {
    return Mesh.current().lookUp(host(url), port(url), Protocol.HTTP).isDenied();
  }

  /** The URL's port; negative where an http URL names none. */
  static int port(URL url) {
    return url.getPort() < 0 && url.getProtocol().equals("https")
        ? url.getDefaultPort()
        : url.getPort();
  }

  /** The URL's host, an IPv6 literal without its brackets. */
  static String host(URL url) {
    String host = url.getHost();
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
