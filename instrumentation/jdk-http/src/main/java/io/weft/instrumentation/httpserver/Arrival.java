package io.weft.instrumentation.httpserver;

import com.sun.net.httpserver.Headers;
import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.log.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a request while the server reads it: the server does so on one thread, up to
 * where it calls the application, and shows it to nobody.
 */
final class Arrival {
  private static final ThreadLocal<@Nullable Arrival> CURRENT = new ThreadLocal<>();

  private final SocketChannel channel;
  private final String scheme;
  private @Nullable Headers headers;
  private @Nullable ServedExchange served;
  private boolean broken;

  private Arrival(SocketChannel channel, String scheme) {
    this.channel = channel;
    this.scheme = scheme;
  }

  /** This thread begins to read a request. */
  static void begins(SocketChannel channel, String scheme) {
    CURRENT.set(new Arrival(channel, scheme));
  }

  /** Whether this thread reads from a connection that its server takes for plaintext. */
  static boolean isPlain(SocketChannel channel) {
    Arrival arrival = CURRENT.get();
    return arrival != null && arrival.channel.equals(channel) && arrival.scheme.equals("http");
  }

  /** This thread leaves the request, which another may go on to answer. */
  static void leaves() {
    CURRENT.remove();
  }

  /** This thread has read the headers of its request; the server asks for them more than once. */
  static void headersRead(@Nullable Headers headers) {
    Arrival arrival = CURRENT.get();
    if (arrival != null) {
      arrival.headers = headers;
    }
  }

  /** The request of this thread is about to be served; null if it came another way. */
  static @Nullable ServedExchange serve(String method, URI uri) {
    Arrival arrival = CURRENT.get();
    if (arrival == null) {
      return null;
    }
    try {
      Headers read = Objects.requireNonNull(arrival.headers, "no headers were read");
      arrival.served = ServedExchange.begin(arrival.request(method, uri, read));
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("requests are denied, as the mesh's part in them fails: " + e);
      arrival.broken = true;
    }
    return arrival.served;
  }

  /** Whether the request of this thread could not be judged. */
  static boolean isBroken() {
    Arrival arrival = CURRENT.get();
    return arrival != null && arrival.broken;
  }

  /** What this thread serves, once: filters run handlers inside each other. */
  static @Nullable ServedExchange taken() {
    Arrival arrival = CURRENT.get();
    if (arrival == null) {
      return null;
    }
    ServedExchange served = arrival.served;
    arrival.served = null;
    return served;
  }

  private Head request(String method, URI uri, Headers read) {
    return new Head(
        method,
        uri,
        read,
        scheme,
        address(channel),
        channel.socket().getLocalPort(),
        Connections.peer(channel));
  }

  private static String address(SocketChannel channel) {
    try {
      SocketAddress peer = channel.getRemoteAddress();
      return peer instanceof InetSocketAddress inet && !inet.isUnresolved()
          ? inet.getAddress().getHostAddress()
          : "";
    } catch (IOException e) {
      // The peer is gone already; the server finds that out by itself.
      return "";
    }
  }

  /** The request as the mesh sees it. */
  record Head(
      String method,
      URI uri,
      Headers headers,
      String scheme,
      String peerAddress,
      int localPort,
      Peer peer)
      implements InboundRequest {

    @Override
    public Protocol protocol() {
      return Protocol.HTTP;
    }

    @Override
    public String target() {
      String path = uri.getRawPath();
      String query = uri.getRawQuery();
      if (uri.getRawAuthority() != null && uri.getScheme() == null) {
        // "//a/b" is path to some and host and path to others: told so that it is a path to none.
        return uri.getRawAuthority() + path;
      }
      return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }

    @Override
    public String header(String name) {
      String value = headers.getFirst(name);
      return value == null ? "" : value;
    }

    @Override
    public List<String> headers(String name) {
      List<String> values = headers.get(name);
      return values == null ? List.of() : values;
    }
  }
}
