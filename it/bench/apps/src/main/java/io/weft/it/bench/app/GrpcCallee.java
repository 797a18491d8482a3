package io.weft.it.bench.app;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;

/** gRPC on its shaded Netty; gives back what it is sent. */
public final class GrpcCallee {
  private static final int LARGEST = 4 << 20;

  private GrpcCallee() {}

  public static void main(String[] arguments) throws IOException {
    Server server =
        NettyServerBuilder.forPort(0, credentials())
            .maxInboundMessageSize(LARGEST)
            .addService(
                ServerServiceDefinition.builder("race.Race")
                    .addMethod(Bytes.UNARY, ServerCalls.asyncUnaryCall(GrpcCallee::echo))
                    .addMethod(Bytes.STREAM, ServerCalls.asyncBidiStreamingCall(Echo::new))
                    .build())
            .build()
            .start();
    System.out.println("serving on port " + server.getPort());
    Console.serve();
  }

  private static ServerCredentials credentials() throws IOException {
    Path folder = Tls.folder();
    if (folder == null) {
      return InsecureServerCredentials.create();
    }
    return TlsServerCredentials.newBuilder()
        .keyManager(folder.resolve("chain.pem").toFile(), folder.resolve("key.pem").toFile())
        .trustManager(folder.resolve("roots.pem").toFile())
        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
        .build();
  }

  private static void echo(byte[] request, StreamObserver<byte[]> answers) {
    answers.onNext(request);
    answers.onCompleted();
  }

  private record Echo(StreamObserver<byte[]> answers) implements StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] message) {
      answers.onNext(message);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }
}
