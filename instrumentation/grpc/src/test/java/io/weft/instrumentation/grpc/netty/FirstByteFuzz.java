package io.weft.instrumentation.grpc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.TlsRecord;
import java.io.ByteArrayOutputStream;
import javax.net.ssl.SSLException;

/** The first byte alone says what a connection speaks, in whatever pieces the bytes come. */
class FirstByteFuzz {

  @FuzzTest
  void plaintext_comes_through_as_it_is_and_what_begins_like_tls_does_not(FuzzedDataProvider data) {
    Heard heard = new Heard();
    EmbeddedChannel channel = new EmbeddedChannel(new FirstByte(heard));
    channel.pipeline().fireUserEventTriggered(InternalProtocolNegotiationEvent.getDefault());
    ByteArrayOutputStream sent = new ByteArrayOutputStream();

    for (int i = data.consumeInt(1, 20); i > 0 && channel.isOpen(); i--) {
      byte[] piece = data.consumeBytes(data.consumeInt(0, 4_000));
      sent.writeBytes(piece);
      channel.writeInbound(Unpooled.wrappedBuffer(piece));
    }

    byte[] all = sent.toByteArray();
    if (all.length > 0 && all[0] == MeshTls.FIRST_BYTE) {
      // A record is waited for to its end, and then this process has no identity.
      assertThat(channel.isOpen()).isEqualTo(!isWhole(all));
      assertThat(heard.bytes.size()).isZero();
    } else {
      assertThat(channel.isOpen()).isTrue();
      assertThat(heard.bytes.toByteArray()).isEqualTo(all);
    }
    channel.finishAndReleaseAll();
  }

  private static boolean isWhole(byte[] record) {
    try {
      return record.length >= TlsRecord.HEADER
          && record.length >= TlsRecord.length(record[3], record[4]);
    } catch (SSLException e) {
      return true; // It is refused as soon as it tells its length.
    }
  }

  private static final class Heard extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf buffer = (ByteBuf) message;
      byte[] read = new byte[buffer.readableBytes()];
      buffer.readBytes(read);
      buffer.release();
      bytes.writeBytes(read);
    }
  }
}
