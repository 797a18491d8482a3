package io.weft.instrumentation.httpclient;

import io.weft.core.Mesh;
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
  private MeshCalls() {}

  /**
   * Makes the application's call if it leads to a service of the mesh and not through a proxy of
   * the application's; null leaves it to the client.
   */
  static <T> @Nullable CompletableFuture<HttpResponse<T>> send(
      HttpClient client,
      @Nullable HttpRequest request,
      HttpResponse.@Nullable BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes) {
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
    return new Exchange<>(client, request, handler, pushes).begin(destination);
  }

  /** Where a request goes, as of now. */
  static Destination destination(HttpClient client, URI uri) {
    String host = uri.getHost();
    if (host == null) {
      return Destination.OUTSIDE;
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    Destination destination = Mesh.current().destination(host, uri.getPort());
    return destination.isMesh() && isProxied(client, uri) ? Destination.OUTSIDE : destination;
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
