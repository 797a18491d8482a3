package io.weft.it.bench.app;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * gRPC on its shaded Netty, one channel for all callers: unary calls, or one stream for each caller
 * on which a message and its answer count as a call.
 */
final class GrpcCalls implements Client {
  private static final int LARGEST = 4 << 20;
  private static final long PATIENCE_SECONDS = 20;

  private final ManagedChannel channel;

  private GrpcCalls(ManagedChannel channel) {
    this.channel = channel;
  }

  static Client fromProperties() {
    try {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forTarget(System.getProperty("race.grpc", ""), credentials())
              .maxInboundMessageSize(LARGEST);
      if (Boolean.getBoolean("race.serviceconfig")) {
        builder.enableRetry().defaultServiceConfig(serviceConfig());
      }
      return new GrpcCalls(builder.build());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ChannelCredentials credentials() throws IOException {
    Path folder = Tls.folder();
    if (folder == null) {
      return InsecureChannelCredentials.create();
    }
    return TlsChannelCredentials.newBuilder()
        .keyManager(folder.resolve("chain.pem").toFile(), folder.resolve("key.pem").toFile())
        .trustManager(folder.resolve("roots.pem").toFile())
        .build();
  }

  /** As gRPC's own documentation of service config has it. */
  private static Map<String, Object> serviceConfig() {
    return Map.of(
        "loadBalancingConfig",
        List.of(Map.of("round_robin", Map.of())),
        "methodConfig",
        List.of(
            Map.of(
                "name",
                List.of(Map.of("service", "race.Race")),
                "timeout",
                "5s",
                "retryPolicy",
                Map.of(
                    "maxAttempts",
                    3.0,
                    "initialBackoff",
                    "0.025s",
                    "maxBackoff",
                    "0.25s",
                    "backoffMultiplier",
                    2.0,
                    "retryableStatusCodes",
                    List.of("UNAVAILABLE")))),
        "retryThrottling",
        Map.of("maxTokens", 100.0, "tokenRatio", 0.2));
  }

  @Override
  public Calls calls(String kind, int size) {
    byte[] message = new byte[size];
    if (kind.equals("stream")) {
      return () -> new Stream(message);
    }
    return () -> () -> expect(message, unary(message));
  }

  private byte[] unary(byte[] message) {
    return ClientCalls.blockingUnaryCall(channel, Bytes.UNARY, CallOptions.DEFAULT, message);
  }

  private static void expect(byte[] sent, byte[] answer) throws IOException {
    if (answer.length != sent.length) {
      throw new IOException(answer.length + " bytes");
    }
  }

  private final class Stream implements Call, StreamObserver<byte[]> {
    private final byte[] message;
    private final BlockingQueue<Object> answers = new ArrayBlockingQueue<>(2);
    private final StreamObserver<byte[]> requests;

    Stream(byte[] message) {
      this.message = message;
      this.requests =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(Bytes.STREAM, CallOptions.DEFAULT), this);
    }

    @Override
    public void make() throws Exception {
      requests.onNext(message);
      Object answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!(answer instanceof byte[] bytes)) {
        throw new IOException("no answer but " + answer);
      }
      expect(message, bytes);
    }

    @Override
    public void close() {
      requests.onCompleted();
    }

    @Override
    public void onNext(byte[] answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable t) {
      answers.offer(t);
    }

    @Override
    public void onCompleted() {
      answers.offer("the end of the stream");
    }
  }
}
