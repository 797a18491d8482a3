package io.weft.instrumentation.httpclient;

import io.weft.core.Mesh;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Decides whose requests are the mesh's. */
final class MeshCalls {
  private static final int HTTPS = 443;

  private MeshCalls() {}

  /**
   * Makes the application's call if it leads to a service of the mesh and not through a proxy of
   * the application's; null leaves it to the client.
   *
   * @param waits whether this thread waits for the answer, as send has it
   */
  static <T> @Nullable CompletableFuture<HttpResponse<T>> send(
      HttpClient client,
      @Nullable HttpRequest request,
      HttpResponse.@Nullable BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes,
      boolean waits) {
    if (request == null
        || handler == null
        || request instanceof AttemptRequest
        || request.method().equals("CONNECT")) {
      return null;
    }
    Destination destination = destination(client, request.uri());
    if (!destination.isMesh()) {
      return null;
    }
    return new Exchange<>(client, request, handler, pushes, waits).begin(destination);
  }

  /** Where a request goes, as of now. */
  static Destination destination(HttpClient client, URI uri) {
    String host = uri.getHost();
    if (host == null) {
      return Destination.OUTSIDE;
    }
    Destination destination = Mesh.current().destination(literal(host), port(uri));
    return destination.isMesh() && !destination.isDenied() && isProxied(client, uri)
        ? Destination.OUTSIDE
        : destination;
  }

  /** Whether a client that is not the mesh's just now must not be led on to a host. */
  static boolean isDenied(URI uri) {
    String host = uri.getHost();
    return host != null
        && Mesh.current().lookUp(literal(host), port(uri), Protocol.HTTP).isDenied();
  }

  private static int port(URI uri) {
    return uri.getPort() < 0 && "https".equalsIgnoreCase(uri.getScheme()) ? HTTPS : uri.getPort();
  }

  private static String literal(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static boolean isProxied(HttpClient client, URI uri) {
    ProxySelector selector = client.proxy().orElseGet(ProxySelector::getDefault);
    if (selector == null) {
      return false;
    }
    List<Proxy> proxies = selector.select(uri);
    return proxies != null && !proxies.isEmpty() && proxies.get(0).type() != Proxy.Type.DIRECT;
  }
}
