package io.weft.instrumentation.grpc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.internal.ObjectPool;
import io.grpc.netty.InternalNettyChannelCredentials;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.inbound.InboundGate;
import io.weft.instrumentation.grpc.ServedConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MutualTlsTest {
  private static final String STOCK = "spiffe://weft.local/ns/default/sa/stock";
  // Netty's own switch; the build runs these tests with and without.
  private static final boolean WITHOUT_BORINGSSL =
      Boolean.getBoolean("io.netty.handler.ssl.noOpenSsl");
  private static final String ORDERS = "spiffe://weft.local/ns/default/sa/orders";

  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
  private static final MethodDescriptor<String, String> ECHO =
      MethodDescriptor.<String, String>newBuilder(TEXT, TEXT)
          .setFullMethodName("test.Texts/Echo")
          .setType(MethodType.BIDI_STREAMING)
          .build();
  private static final MethodDescriptor<String, String> WHO =
      MethodDescriptor.<String, String>newBuilder(TEXT, TEXT)
          .setFullMethodName("test.Texts/Who")
          .setType(MethodType.UNARY)
          .build();

  private final TestIdentity identity = new TestIdentity(STOCK);
  private final MeshTls before = MeshTls.current();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final BlockingQueue<ServedConnection> connections = new LinkedBlockingQueue<>();
  private final BlockingQueue<SSLSession> sessions = new LinkedBlockingQueue<>();
  private Server server;

  @BeforeEach
  void serve() throws IOException {
    MeshTls.install(identity);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InternalNettyServerCredentials.create(new Guarded()))
            .addService(
                ServerServiceDefinition.builder("test.Texts")
                    .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(answer -> echo(answer)))
                    .addMethod(
                        WHO,
                        ServerCalls.asyncUnaryCall(
                            (text, answer) -> {
                              answer.onNext(text);
                              answer.onCompleted();
                            }))
                    .build())
            .intercept(new Watch())
            .build()
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    InboundGate.install(InboundGate.OPEN);
    MeshTls.install(before);
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow();
    assertThat(server.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void each_side_proves_who_it_is() throws Exception {
    assertThat(ask(secured(ORDERS, STOCK))).isEqualTo("hello");

    assertThat(connections.poll(20, TimeUnit.SECONDS).peer().id()).isEqualTo(ORDERS);
  }

  @Test
  void it_is_made_by_BoringSSL_where_that_is_at_hand_and_by_the_JDK_where_it_is_not()
      throws Exception {
    ask(secured(ORDERS, STOCK));

    SSLSession session = sessions.poll(20, TimeUnit.SECONDS);
    assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
    assertThat(session.getClass().getName())
        .startsWith(WITHOUT_BORINGSSL ? "sun.security.ssl." : "io.netty.handler.ssl.");
  }

  @Test
  void who_resumes_a_session_of_BoringSSL_is_asked_of_again() throws IOException {
    assumeThat(WITHOUT_BORINGSSL).isFalse();
    SSLSocketFactory stranger = TestIdentity.client(ORDERS, STOCK).socketFactory();
    SSLSession first = settingsFor(stranger);

    SSLSession resumed = settingsFor(stranger);

    assertThat(resumed.getCreationTime()).isEqualTo(first.getCreationTime());
    assertThat(identity.asked()).containsExactly(ORDERS, ORDERS);
  }

  /** The session of a connection on which the server has begun HTTP/2: for the proven alone. */
  private SSLSession settingsFor(SSLSocketFactory client) throws IOException {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    try (SSLSocket socket = (SSLSocket) client.createSocket(host, server.getPort())) {
      socket.setSoTimeout(20_000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {Handshake.HTTP_2});
      socket.setSSLParameters(parameters);
      byte[] frame = socket.getInputStream().readNBytes(9);
      assertThat(frame).hasSize(9);
      assertThat(frame[3]).as("a frame's type").isEqualTo((byte) 4);
      return socket.getSession();
    }
  }

  @Test
  void the_authority_is_the_applications_business() {
    ManagedChannel channel = secured(ORDERS, STOCK);

    assertThat(
            ClientCalls.blockingUnaryCall(
                channel, WHO, bounded().withAuthority("another.example"), "hello"))
        .isEqualTo("hello");
  }

  @Test
  void who_is_not_the_one_expected_gets_no_call() {
    assertThatThrownBy(() -> ask(secured(ORDERS, ORDERS)))
        .hasMessageStartingWith("UNAVAILABLE: no mutual TLS with");
    assertThat(connections).isEmpty();
  }

  @Test
  void plaintext_comes_in_at_the_same_port() {
    assertThat(ask(plaintext())).isEqualTo("hello");
    assertThat(connections).isEmpty();
  }

  @Test
  void plaintext_that_is_not_admitted_is_closed_with_no_answer() throws IOException {
    InboundGate.install((port, peer) -> port != server.getPort());

    assertThatThrownBy(() -> ask(plaintext())).hasMessageStartingWith("UNAVAILABLE");
    assertThat(answerTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isEmpty();
    assertThat(ask(secured(ORDERS, STOCK))).isEqualTo("hello");
  }

  @Test
  void what_comes_before_it_is_known_who_may_come_in_is_held_and_goes_on_then() throws Exception {
    CompletableFuture<Runnable> held = new CompletableFuture<>();
    AtomicBoolean settled = new AtomicBoolean();
    InboundGate.install(
        new InboundGate() {
          @Override
          public boolean isSettled() {
            return settled.get();
          }

          @Override
          public void whenSettled(Runnable then) {
            held.complete(then);
          }

          @Override
          public boolean admitsPlaintext(int port, String peer) {
            assertThat(settled).isTrue();
            return true;
          }
        });
    ManagedChannel channel = plaintext();
    CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> ask(channel));
    Runnable then = held.get(20, TimeUnit.SECONDS);
    assertThat(answer).isNotDone();

    settled.set(true);
    then.run();

    assertThat(answer.join()).isEqualTo("hello");
  }

  @Test
  void a_fault_of_the_mesh_in_a_connection_closes_it() throws IOException {
    InboundGate.install(
        (port, peer) -> {
          throw new IllegalStateException("the mesh is at fault");
        });

    assertThatThrownBy(() -> ask(plaintext())).hasMessageStartingWith("UNAVAILABLE");
    assertThat(answerTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isEmpty();
  }

  @Test
  void nothing_is_said_before_the_caller_has_spoken() throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(300);

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void without_an_identity_tls_is_closed_and_plaintext_served() throws IOException {
    ManagedChannel secured = secured(ORDERS, STOCK);
    identity.ready(false);

    assertThatThrownBy(() -> ask(secured)).hasMessageStartingWith("UNAVAILABLE");
    assertThat(answerTo(new byte[] {MeshTls.FIRST_BYTE})).isEmpty();
    assertThat(ask(plaintext())).isEqualTo("hello");
  }

  @Test
  void noise_ends_its_own_connection_alone() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[random.nextInt(1, 5_000)];
      random.nextBytes(noise);
      noise[0] = MeshTls.FIRST_BYTE;
      answerTo(noise);
    }

    assertThat(ask(secured(ORDERS, STOCK))).isEqualTo("hello");
  }

  @Test
  void a_connection_that_drains_keeps_its_stream_and_takes_no_further_call() throws Exception {
    ManagedChannel channel = secured(ORDERS, STOCK);
    BlockingQueue<String> echoes = new LinkedBlockingQueue<>();
    StreamObserver<String> stream =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(ECHO, CallOptions.DEFAULT), into(echoes));
    stream.onNext("one");
    assertThat(echoes.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
    ServedConnection first = connections.poll(20, TimeUnit.SECONDS);

    first.drain();
    first.drain();
    ServedConnection second = first;
    for (int i = 0; i < 1_000 && second == first; i++) {
      assertThat(ask(channel)).isEqualTo("hello");
      second = connections.poll(20, TimeUnit.SECONDS);
    }

    assertThat(second).isNotSameAs(first);
    stream.onNext("two");
    assertThat(echoes.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
    stream.onCompleted();
    assertThat(echoes.poll(20, TimeUnit.SECONDS)).isEqualTo("completed");
  }

  private ManagedChannel secured(String self, String expected) {
    return channel(
        InternalNettyChannelCredentials.create(new Secured(TestIdentity.client(self, expected))));
  }

  private ManagedChannel plaintext() {
    return channel(InsecureChannelCredentials.create());
  }

  private ManagedChannel channel(ChannelCredentials credentials) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
                credentials)
            .build();
    channels.add(channel);
    return channel;
  }

  private static String ask(ManagedChannel channel) {
    return ClientCalls.blockingUnaryCall(channel, WHO, bounded(), "hello");
  }

  private static CallOptions bounded() {
    return CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  // All that comes until the connection is closed from there.
  private byte[] answerTo(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      return socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      return new byte[0];
    }
  }

  private static StreamObserver<String> echo(StreamObserver<String> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String text) {
        answer.onNext(text);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        answer.onCompleted();
      }
    };
  }

  private static StreamObserver<String> into(BlockingQueue<String> events) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String text) {
        events.add(text);
      }

      @Override
      public void onError(Throwable thrown) {
        events.add(thrown.toString());
      }

      @Override
      public void onCompleted() {
        events.add("completed");
      }
    };
  }

  /** Keeps the connection of each call that is made at one with TLS. */
  private final class Watch implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      ServedConnection connection = call.getAttributes().get(ServedConnection.KEY);
      if (connection != null) {
        sessions.add(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        connections.add(connection);
      }
      return next.startCall(call, headers);
    }
  }

  private static final class Guarded implements InternalProtocolNegotiator.ServerFactory {
    @Override
    public InternalProtocolNegotiator.ProtocolNegotiator newNegotiator(
        ObjectPool<? extends Executor> executors) {
      return GuardedNegotiator.INSTANCE;
    }
  }

  private record Secured(ClientTls tls) implements InternalProtocolNegotiator.ClientFactory {
    @Override
    public InternalProtocolNegotiator.ProtocolNegotiator newNegotiator() {
      return new MeshNegotiator(tls);
    }

    @Override
    public int getDefaultPort() {
      return 443;
    }
  }
}
