package io.weft.instrumentation.tomcat;

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
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The first byte alone says what a connection speaks, in whatever pieces the bytes come. */
class MeshChannelFuzz {
  // More than there are bytes, by far.
  private static final int ENDLESS = 100_000;

  private static final NioEndpoint ENDPOINT = new NioEndpoint();

  // One for all of them, as Tomcat has it.
  private static final MeshChannel CHANNEL = MeshChannel.of(ENDPOINT);

  private static ServerSocketChannel listener;

  @BeforeAll
  static void listen() throws IOException {
    MeshTls.install(new NobodysTls());
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterAll
  static void end() throws IOException {
    listener.close();
  }

  @FuzzTest
  void plaintext_comes_through_as_it_is_and_what_begins_like_tls_does_not(FuzzedDataProvider data)
      throws IOException {
    try (SocketChannel stranger = SocketChannel.open(listener.getLocalAddress());
        SocketChannel wire = listener.accept()) {
      // Thousands of connections would each keep their port for a minute.
      stranger.setOption(StandardSocketOptions.SO_LINGER, 0);
      wire.configureBlocking(false);
      CHANNEL.reset(wire, new NioEndpoint.NioSocketWrapper(CHANNEL, ENDPOINT));
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      int wanted = SelectionKey.OP_READ;
      for (int i = data.consumeInt(1, 20); i > 0 && data.remainingBytes() > 0; i--) {
        byte[] piece = data.consumeBytes(data.consumeInt(1, 4_000));
        sent.writeBytes(piece);
        stranger.write(ByteBuffer.wrap(piece));
        wanted = wanted > 0 ? shake() : wanted;
      }
      stranger.shutdownOutput();
      // All that will come is on its way: from here on it is waited for.
      wire.configureBlocking(true);
      for (int i = 0; i < ENDLESS && wanted > 0; i++) {
        wanted = shake();
      }

      byte[] all = sent.toByteArray();
      // Nobody here has the keys to a handshake that could succeed.
      boolean plaintext = all.length > 0 && all[0] != MeshTls.FIRST_BYTE;
      assertThat(wanted).isEqualTo(plaintext ? 0 : -1);
      assertThat(CHANNEL.peer()).isSameAs(Peer.UNKNOWN);
      if (plaintext) {
        assertThat(readAll(all.length)).isEqualTo(all);
        assertThat(CHANNEL.getSSLSupport()).isNull();
      }
      close();
    }
  }

  private static int shake() {
    try {
      return CHANNEL.handshake(true, true);
    } catch (IOException e) {
      return -1;
    }
  }

  private static byte[] readAll(int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(most + 1);
    for (int i = 0; i <= most; i++) {
      if (CHANNEL.read(into) < 0) {
        break;
      }
    }
    byte[] all = new byte[into.position()];
    into.flip().get(all);
    return all;
  }

  private static void close() {
    try {
      CHANNEL.close(true);
    } catch (IOException e) {
      // Whoever shook hands was hung up on in the midst of it.
    }
  }
}
