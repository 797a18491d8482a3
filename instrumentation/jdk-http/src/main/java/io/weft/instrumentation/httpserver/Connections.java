package io.weft.instrumentation.httpserver;

import io.weft.core.identity.Peer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections of plain servers, each until it is closed. */
final class Connections {
  private static final Map<SocketChannel, SniffedChannel> OPEN = new ConcurrentHashMap<>();

  private Connections() {}

  /** What a connection's streams are to use in its place: the same for both. */
  static SocketChannel sniffed(SocketChannel channel) {
    return Arrival.isPlain(channel) ? OPEN.computeIfAbsent(channel, SniffedChannel::new) : channel;
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
