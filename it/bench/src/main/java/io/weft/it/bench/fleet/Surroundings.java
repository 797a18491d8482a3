package io.weft.it.bench.fleet;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.api.v1.PushGrpc;
import io.weft.core.identity.CertificateSigningRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What all simulated agents share, so that ten thousand of them fit into one process: two threads
 * for the network and one for time, one TLS context, and one key, for which each is certified under
 * its own name. Each has a connection of its own, as real ones do. Thread-safe.
 */
final class Surroundings implements AutoCloseable {
  private static final int THREADS = 2;

  private final EventLoopGroup network =
      new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
  private final ScheduledExecutorService time =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "time of agents");
            made.setDaemon(true);
            return made;
          });
  private final Counters counters = new Counters();
  private final byte[] request = CertificateSigningRequest.create().der();
  private final SslContext tls;

  /**
   * @param root PEM of the one by which control is known
   */
  Surroundings(Path root) throws IOException {
    tls =
        GrpcSslContexts.configure(SslContextBuilder.forClient())
            .trustManager(new RememberedTrust(root))
            .build();
  }

  Counters counters() {
    return counters;
  }

  /** PKCS#10 of the one key. */
  byte[] request() {
    return request;
  }

  ManagedChannel channel(InetSocketAddress control) {
    return NettyChannelBuilder.forAddress(control)
        .channelType(NioSocketChannel.class)
        .eventLoopGroup(network)
        .directExecutor()
        .sslContext(tls)
        .proxyDetector(target -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  /** The push protocol over a channel, counted. */
  PushGrpc.PushStub push(Channel channel) {
    return PushGrpc.newStub(channel).withInterceptors(new Counting());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it is told to the agent
  void after(Duration delay, Runnable work) {
    try {
      time.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // It is over.
    }
  }

  @Override
  public void close() {
    time.shutdownNow();
    network.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private final class Counting implements ClientInterceptor {
    private final ClientStreamTracer.Factory tracers =
        new ClientStreamTracer.Factory() {
          @Override
          public ClientStreamTracer newClientStreamTracer(
              ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
              @Override
              public void inboundWireSize(long bytes) {
                counters.bytesIn.add(bytes);
              }

              @Override
              public void outboundWireSize(long bytes) {
                counters.bytesOut.add(bytes);
              }
            };
          }
        };

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(method, options.withStreamTracerFactory(tracers));
    }
  }
}
