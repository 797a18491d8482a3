package io.weft.core.health;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.weft.api.v1.HealthCheckRequest;
import io.weft.api.v1.HealthCheckResponse;
import io.weft.core.buffer.HeapBuffers;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.log.Log;
import io.weft.core.thread.AgentThread;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Asks over Netty and grpc-java, on one thread of the agent's and with a connection for each check,
 * through mutual TLS where that is what the endpoint speaks. Of a port with TLS of its own only the
 * connection is looked at.
 */
final class NettyProber implements Prober {
  private static final String AGENT = "weft-health-check";
  private static final String HTTP_1 = "http/1.1";
  private static final String HTTP_2 = "h2";
  private static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> CHECK =
      MethodDescriptor.<HealthCheckRequest, HealthCheckResponse>newBuilder()
          .setType(MethodType.UNARY)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName("grpc.health.v1.Health", "Check"))
          .setRequestMarshaller(ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(HealthCheckResponse.getDefaultInstance()))
          .build();

  // Made with the first check: who checks nobody pays nothing.
  private @Nullable EventLoopGroup loop;

  private synchronized EventLoopGroup loop() {
    if (loop == null) {
      loop =
          new MultiThreadIoEventLoopGroup(
              1, AgentThread.factory("health"), NioIoHandler.newFactory());
    }
    return loop;
  }

  @Override
  public void ask(Endpoint endpoint, Probe probe, long timeoutNanos, Consumer<Finding> done) {
    EventLoopGroup group = loop();
    group.execute(
        () -> {
          ClientTls tls;
          try {
            tls = tls(endpoint);
          } catch (SSLException e) {
            // This process has no identity, which is no fault of the endpoint's.
            done.accept(Finding.NOT_ASKED);
            return;
          }
          try {
            if (probe instanceof Probe.Grpc grpc && endpoint.tls() != EndpointTls.APP) {
              grpc(group, endpoint, tls, grpc, timeoutNanos, done);
            } else {
              connect(group, endpoint, tls, probe, timeoutNanos, done);
            }
          } catch (RuntimeException | LinkageError e) {
            Log.warnOnce("endpoints cannot be checked: " + e);
            done.accept(Finding.NOT_ASKED);
          }
        });
  }

  private static @Nullable ClientTls tls(Endpoint endpoint) throws SSLException {
    MeshTls mesh = MeshTls.current();
    boolean secured =
        endpoint.tls() == EndpointTls.MESH
            || (endpoint.tls() == EndpointTls.MESH_PREFERRED && mesh.ready());
    return secured ? mesh.client(endpoint.principal()) : null;
  }

  private static void connect(
      EventLoopGroup group,
      Endpoint endpoint,
      @Nullable ClientTls tls,
      Probe probe,
      long timeoutNanos,
      Consumer<Finding> done) {
    SslHandler handshake = tls == null ? null : new SslHandler(engine(tls));
    Probe.Http http =
        probe instanceof Probe.Http asks && endpoint.tls() != EndpointTls.APP ? asks : null;
    ChannelFuture connecting =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, HeapBuffers.ALLOCATOR)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (handshake != null) {
                      channel.pipeline().addLast(handshake);
                    }
                    if (http != null) {
                      channel.pipeline().addLast(new HttpClientCodec());
                    }
                  }
                })
            .connect(endpoint.address(), endpoint.port());
    Channel channel = connecting.channel();
    Once once =
        new Once(
            done,
            () -> {
              var unused = channel.close();
            });
    Future<?> late =
        group.schedule(
            () -> once.found(Finding.unwell("no answer in time")),
            timeoutNanos,
            TimeUnit.NANOSECONDS);
    var unused =
        channel
            .closeFuture()
            .addListener(
                closed -> {
                  late.cancel(false);
                  once.found(Finding.unwell("it closed the connection"));
                });
    Runnable ask = () -> connected(channel, http, endpoint.authority(), once);
    after(
        connecting,
        "no connection",
        once,
        handshake == null
            ? ask
            : () -> after(handshake.handshakeFuture(), "no mutual TLS", once, ask));
  }

  private static void after(Future<?> step, String failed, Once once, Runnable next) {
    var unused =
        step.addListener(
            done -> {
              if (done.isSuccess()) {
                next.run();
              } else {
                once.found(Finding.unwell(failed));
              }
            });
  }

  private static void connected(
      Channel channel, Probe.@Nullable Http http, String authority, Once once) {
    if (http == null) {
      once.found(Finding.WELL);
      return;
    }
    channel.pipeline().addLast(new Answer(http, once));
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, http.path());
    request
        .headers()
        .set(HttpHeaderNames.HOST, http.host().isEmpty() ? authority : http.host())
        .set(HttpHeaderNames.USER_AGENT, AGENT)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var unused = channel.writeAndFlush(request);
  }

  private static SSLEngine engine(ClientTls tls) {
    SSLEngine engine = tls.context().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {HTTP_1});
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static void grpc(
      EventLoopGroup group,
      Endpoint endpoint,
      @Nullable ClientTls tls,
      Probe.Grpc probe,
      long timeoutNanos,
      Consumer<Finding> done) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(new InetSocketAddress(endpoint.address(), endpoint.port()))
            .channelType(NioSocketChannel.class)
            .eventLoopGroup(group)
            .withOption(ChannelOption.ALLOCATOR, HeapBuffers.ALLOCATOR)
            .directExecutor()
            .overrideAuthority(probe.host().isEmpty() ? endpoint.authority() : probe.host())
            .userAgent(AGENT)
            .proxyDetector(target -> null)
            .disableServiceConfigLookUp()
            .disableRetry();
    ManagedChannel channel =
        (tls == null ? builder.usePlaintext() : builder.sslContext(http2(tls))).build();
    Once once = new Once(done, channel::shutdownNow);
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            CHECK, CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS)),
        HealthCheckRequest.newBuilder().setService(probe.service()).build(),
        new StreamObserver<HealthCheckResponse>() {
          @Override
          public void onNext(HealthCheckResponse response) {
            once.found(
                response.getStatus() == HealthCheckResponse.ServingStatus.SERVING
                    ? Finding.WELL
                    : Finding.unwell("it says " + response.getStatus()));
          }

          @Override
          public void onError(Throwable why) {
            once.found(Finding.unwell("gRPC " + Status.fromThrowable(why).getCode()));
          }

          @Override
          public void onCompleted() {
            once.found(Finding.unwell("no answer"));
          }
        });
  }

  private static SslContext http2(ClientTls tls) {
    return new JdkSslContext(
        tls.context(),
        true,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            HTTP_2),
        ClientAuth.NONE,
        null,
        false);
  }

  /** The head of an answer is enough. */
  private static final class Answer extends SimpleChannelInboundHandler<HttpObject> {
    private final Probe.Http probe;
    private final Once once;

    Answer(Probe.Http probe, Once once) {
      this.probe = probe;
      this.once = once;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
      if (part instanceof HttpResponse response) {
        int status = response.status().code();
        boolean wrong = part.decoderResult().isFailure();
        once.found(
            !wrong && probe.takes(status)
                ? Finding.WELL
                : Finding.unwell(wrong ? "no answer of HTTP" : "status " + status));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable why) {
      once.found(Finding.unwell("no answer of HTTP"));
    }
  }

  /** Takes the first finding, and ends the connection. */
  private static final class Once {
    private final AtomicBoolean told = new AtomicBoolean();
    private final Consumer<Finding> done;
    private final Runnable end;

    Once(Consumer<Finding> done, Runnable end) {
      this.done = done;
      this.end = end;
    }

    void found(Finding finding) {
      if (told.compareAndSet(false, true)) {
        end.run();
        done.accept(finding);
      }
    }
  }
}
