package io.weft.instrumentation.httpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.NobodysTls;
import io.weft.core.identity.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The first byte alone says what a connection speaks, in whatever pieces the bytes come. */
class NewcomerFuzz {
  private static ServerSocketChannel listener;
  private static Selector servers;

  @BeforeAll
  static void listen() throws IOException {
    MeshTls.install(new NobodysTls());
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    servers = Selector.open();
  }

  @AfterAll
  static void end() throws IOException {
    servers.close();
    listener.close();
  }

  @FuzzTest
  void plaintext_comes_through_as_it_is_and_what_begins_like_tls_does_not(FuzzedDataProvider data)
      throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    for (int i = data.consumeInt(1, 20); i > 0 && data.remainingBytes() > 0; i--) {
      byte[] piece = data.consumeBytes(data.consumeInt(1, 4_000));
      pieces.add(piece);
      sent.writeBytes(piece);
    }
    byte[] all = sent.toByteArray();
    try (SocketChannel stranger = SocketChannel.open(listener.getLocalAddress());
        SocketChannel wire = listener.accept()) {
      // Thousands of connections would each keep their port for a minute.
      stranger.setOption(StandardSocketOptions.SO_LINGER, 0);
      wire.configureBlocking(false);
      SelectionKey key = wire.register(servers, SelectionKey.OP_READ);
      Newcomer.take(wire, key);
      send(pieces, stranger);
      while (key.interestOps() == 0) {
        servers.select(10);
      }
      key.cancel();
      servers.selectNow();
      wire.configureBlocking(true);
      SocketChannel channel = Connections.sniffed(wire);

      // Nobody here has the keys to a handshake that could succeed.
      boolean tls = all.length > 0 && all[0] == MeshTls.FIRST_BYTE;
      assertThat(readAll(channel, all.length)).isEqualTo(tls ? new byte[0] : all);
      assertThat(Connections.peer(wire)).isSameAs(Peer.UNKNOWN);
      Connections.closed(wire);
    }
  }

  private static void send(List<byte[]> pieces, SocketChannel stranger) {
    try {
      for (byte[] piece : pieces) {
        stranger.write(ByteBuffer.wrap(piece));
      }
      stranger.shutdownOutput();
    } catch (IOException e) {
      // It was hung up on.
    }
  }

  private static byte[] readAll(SocketChannel channel, int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(most + 1);
    for (int i = 0; i <= most; i++) {
      if (channel.read(into) < 0) {
        break;
      }
    }
    byte[] all = new byte[into.position()];
    into.flip().get(all);
    return all;
  }
}
