package io.weft.instrumentation.urlconnection;

import io.weft.core.Mesh;
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
    if (!(opened instanceof HttpURLConnection http)
        || (proxy != null && proxy.type() != Proxy.Type.DIRECT)
        || Aim.isOpening(url)
        || !Mesh.current().destination(host(url), url.getPort()).isMesh()) {
      return opened;
    }
    return http instanceof HttpsURLConnection https
        ? new MeshHttpsURLConnection(https, proxy)
        : new MeshHttpURLConnection(http, proxy);
  }

  /** The URL's host, an IPv6 literal without its brackets. */
  static String host(URL url) {
    String host = url.getHost();
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
