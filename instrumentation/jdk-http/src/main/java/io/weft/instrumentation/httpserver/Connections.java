package io.weft.instrumentation.httpserver;

import io.weft.core.identity.Peer;
import io.weft.core.log.Log;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of plain servers, each from where it is known what it speaks to its end. */
final class Connections {
  private static final Map<SocketChannel, SniffedChannel> OPEN = new ConcurrentHashMap<>();
  private static final Set<Selector> PLAIN_SERVERS =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private Connections() {}

  /** A server that takes plaintext is about to accept connections with this selector. */
  static void expect(Selector ofServer) {
    PLAIN_SERVERS.add(ofServer);
  }

  /** A server has accepted a connection. */
  static void accepted(SocketChannel channel, SelectionKey serversKey) {
    if (!PLAIN_SERVERS.contains(serversKey.selector())) {
      return;
    }
    try {
      Newcomer.take(channel, serversKey);
    } catch (IOException | RuntimeException e) {
      // What it speaks will not be known: it is refused when it speaks.
      Log.warnOnce("a new connection cannot be waited for: " + e);
      serversKey.interestOps(SelectionKey.OP_READ);
    }
  }

  /** It is known what a connection speaks. */
  static void opened(SocketChannel channel, SniffedChannel speaks) {
    OPEN.put(channel, speaks);
    if (!channel.isOpen()) {
      OPEN.remove(channel);
    }
  }

  /** What a connection's streams are to use in its place: the same for both. */
  static SocketChannel sniffed(SocketChannel channel) {
    SniffedChannel known = OPEN.get(channel);
    if (known != null) {
      return known;
    }
    return Arrival.isPlain(channel) ? SniffedChannel.refused(channel) : channel;
  }

  /** Who is at the other end. */
  static Peer peer(SocketChannel channel) {
    SniffedChannel sniffed = OPEN.get(channel);
    return sniffed == null ? Peer.UNKNOWN : sniffed.peer();
  }

  static void closed(SocketChannel channel) {
    OPEN.remove(channel);
  }
}
