package io.weft.instrumentation.httpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;

/** The first byte alone says what a connection speaks, in whatever pieces the bytes come. */
class SniffedChannelFuzz {
  private static final int LONGEST_RECORD = 16_384 + 2_048;

  @BeforeAll
  static void speak_tls() {
    MeshTls.install(new NobodysTls());
  }

  @FuzzTest
  void plaintext_comes_through_as_it_is_and_what_begins_like_tls_does_not(FuzzedDataProvider data)
      throws IOException {
    Deque<byte[]> pieces = new ArrayDeque<>();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    for (int i = data.consumeInt(1, 20); i > 0 && data.remainingBytes() > 0; i--) {
      byte[] piece = data.consumeBytes(data.consumeInt(1, 4_000));
      if (piece.length > 0) {
        pieces.add(piece);
        sent.writeBytes(piece);
      }
    }
    byte[] all = sent.toByteArray();
    PiecemealChannel wire = new PiecemealChannel(pieces);
    SniffedChannel channel = new SniffedChannel(wire);

    if (all.length > 0 && all[0] == MeshTls.FIRST_BYTE) {
      // Nobody here has the keys to a handshake that could succeed.
      assertThat(readAll(channel, all.length)).isEmpty();
      assertThat(wire.isOpen()).isFalse();
      assertThat(wire.mostAsked()).isLessThanOrEqualTo(2 * LONGEST_RECORD);
    } else {
      assertThat(readAll(channel, all.length)).isEqualTo(all);
      assertThat(wire.isOpen()).isTrue();
    }
    assertThat(channel.peer()).isSameAs(Peer.UNKNOWN);
  }

  private static byte[] readAll(SniffedChannel channel, int most) throws IOException {
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

  /** Begins every handshake, and can end none. */
  private static final class NobodysTls implements MeshTls {
    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public int epoch() {
      return 1;
    }

    @Override
    public SSLEngine serverEngine(String... protocols) throws SSLException {
      try {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
      } catch (NoSuchAlgorithmException e) {
        throw new SSLException(e);
      }
    }

    @Override
    public ClientTls client(String principal) throws SSLException {
      throw new SSLException("nobody is called");
    }

    @Override
    public Peer peer(SSLSession session) {
      return Peer.UNKNOWN;
    }

    @Override
    public String disbelief(Peer peer) {
      return "";
    }

    @Override
    public boolean outdated(Peer peer) {
      return false;
    }
  }
}
