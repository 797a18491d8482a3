package io.weft.core.link;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.core.settings.HostPort;
import io.weft.core.thread.AgentThread;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens streams over grpc-java and Netty's NIO transport, with TLS of the JDK.
 *
 * <p>Nothing of the application steers it: no proxy selector, no service config from DNS.
 */
final class GrpcStreamOpener implements ControlStream.Opener {

  /** Names and endpoints of a large mesh in one message. */
  private static final int LARGEST_MESSAGE = 64 << 20;

  private final LinkThread thread;
  private @Nullable EventLoopGroup eventLoop;

  GrpcStreamOpener(LinkThread thread) {
    this.thread = thread;
  }

  @Override
  public ControlStream open(
      HostPort control, JoinCredential credential, ControlStream.Events events) {
    GrpcControlStream stream = new GrpcControlStream(credential.name(), events);
    stream.open(channel(control, credential));
    return stream;
  }

  private ManagedChannel channel(HostPort control, JoinCredential credential) {
    return NettyChannelBuilder.forAddress(control.host(), control.port())
        .channelType(NioSocketChannel.class)
        .eventLoopGroup(eventLoop())
        // One quiet connection: a pool's first chunk alone would take megabytes.
        .withOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
        .executor(thread)
        .sslContext(tls(credential))
        .proxyDetector(target -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .keepAliveTime(20, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .build();
  }

  // Made on first use, on the link's thread, so that loading Netty holds up nobody.
  private EventLoopGroup eventLoop() {
    if (eventLoop == null) {
      eventLoop =
          new MultiThreadIoEventLoopGroup(1, AgentThread.factory("io"), NioIoHandler.newFactory());
    }
    return eventLoop;
  }

  private static SslContext tls(JoinCredential credential) {
    try {
      SslContextBuilder tls =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
              .trustManager(new PinnedRootTrustManager(credential.roots()));
      credential.certificate().ifPresent(shown -> tls.keyManager(shown.key(), shown.chain()));
      return tls.build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
