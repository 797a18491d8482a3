package io.weft.core.link;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.PushGrpc;
import io.weft.api.v1.Resource;
import io.weft.api.v1.Update;
import io.weft.api.v1.Version;
import io.weft.api.v1.Welcome;
import io.weft.core.settings.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Speaks the push protocol over real gRPC and real TLS, on a free port of loopback. */
public final class FakeControl implements AutoCloseable {

  private final Server server;
  private final BlockingQueue<AgentMessage> received = new LinkedBlockingQueue<>();
  private final String credential;
  private volatile @Nullable StreamObserver<ControlMessage> stream;

  private FakeControl(TestAuthority.Issued certificate, String credential, int port)
      throws IOException {
    this.credential = credential;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(
                            certificate.key().getPrivate(), certificate.chain()),
                        SslProvider.JDK)
                    .build())
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .addService(new Push())
            .build()
            .start();
  }

  public static FakeControl start(TestAuthority.Issued certificate) throws IOException {
    return new FakeControl(certificate, "id.secret", 0);
  }

  public static FakeControl start(TestAuthority.Issued certificate, String credential)
      throws IOException {
    return new FakeControl(certificate, credential, 0);
  }

  public HostPort address() {
    return new HostPort("127.0.0.1", server.getPort());
  }

  /** The next message of any agent. */
  public AgentMessage next() throws InterruptedException {
    AgentMessage message = received.poll(20, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("the agent sent nothing");
    }
    return message;
  }

  public void update(long id, Resource... resources) {
    send(
        ControlMessage.newBuilder()
            .setUpdate(
                Update.newBuilder()
                    .setId(id)
                    .setVersion(Version.newBuilder().setEpoch(1).setGeneration(id))
                    .addAllResources(List.of(resources))));
  }

  public void send(ControlMessage.Builder message) {
    StreamObserver<ControlMessage> open = stream;
    if (open == null) {
      throw new AssertionError("no agent is connected");
    }
    open.onNext(message.build());
  }

  /** Breaks off the stream but goes on serving. */
  public void drop() {
    StreamObserver<ControlMessage> open = stream;
    if (open != null) {
      open.onError(Status.UNAVAILABLE.withDescription("going away").asRuntimeException());
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Push extends PushGrpc.PushImplBase {
    @Override
    public StreamObserver<AgentMessage> connect(StreamObserver<ControlMessage> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(AgentMessage message) {
          if (message.hasHello()
              && !message.getHello().getCredential().getToken().equals(credential)) {
            responses.onError(
                Status.UNAUTHENTICATED.withDescription("unknown join token").asRuntimeException());
            return;
          }
          if (message.hasHello()) {
            stream = responses;
            responses.onNext(
                ControlMessage.newBuilder()
                    .setWelcome(Welcome.newBuilder().setProtocol(1).setMesh("default"))
                    .build());
          }
          received.add(message);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }
}
