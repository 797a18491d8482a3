import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.weft.it.contract.app.Load;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Serves texts by gRPC, is a {@link Load} of calls for them, or calls for them as lines on standard
 * input say: {@code <id> <kind> <deadline in ms, or 0> <text>}, where the kind is unary,
 * idempotent, context, down, overtaken, up, both, slowly, cancel, or bearing, whose text is sent as
 * a bearer's token too.
 *
 * <p>A text says what the server does. {@code fail@v1} fails in version v1 as UNAVAILABLE, {@code
 * late@v1} does so after a message, {@code slow@v1} waits until the caller gives up, {@code peer} is
 * answered with who the caller is by TLS and its certificate's number; any other is answered with
 * the version before it.
 */
public final class GrpcApp {
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
            throw new IllegalStateException(e);
          }
        }
      };

  private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
  private static final MethodDescriptor<String, String> DOWN =
      method("Down", MethodType.SERVER_STREAMING);
  private static final MethodDescriptor<String, String> UP =
      method("Up", MethodType.CLIENT_STREAMING);
  private static final MethodDescriptor<String, String> BOTH =
      method("Both", MethodType.BIDI_STREAMING);

  private static final ScheduledExecutorService TIMER =
      Executors.newScheduledThreadPool(1, work -> {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
      });

  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("weft-reason", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> PEER = Context.keyWithDefault("peer", "nobody");

  private GrpcApp() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "serve" -> serve(arguments[1], arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0);
      case "load" -> load(List.of(arguments).subList(1, arguments.length));
      default -> call(arguments[1]);
    }
  }

  private static void serve(String version, int port) throws Exception {
    AtomicInteger cancelled = new AtomicInteger();
    ServerBuilder<?> builder = ServerBuilder.forPort(port);
    if (version.equals("v2")) {
      // On the event loops themselves, as applications do that never block.
      builder.directExecutor();
    }
    Server server =
        builder
            .addService(
                ServerServiceDefinition.builder("test.Texts")
                    .addMethod(
                        UNARY,
                        ServerCalls.asyncUnaryCall(
                            (text, answer) -> answer(version, text, answer, cancelled)))
                    .addMethod(
                        DOWN,
                        ServerCalls.asyncServerStreamingCall(
                            (text, answer) -> {
                              if (!fails(version, text, answer)) {
                                for (int i = 0; i < 100; i++) {
                                  answer.onNext(version + " " + i);
                                  if (text.equals("late@" + version)) {
                                    answer.onError(Status.UNAVAILABLE.asRuntimeException());
                                    return;
                                  }
                                }
                                answer.onCompleted();
                              }
                            }))
                    .addMethod(UP, ServerCalls.asyncClientStreamingCall(a -> counting(version, a)))
                    .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(a -> echoing(version, a)))
                    .build())
            .intercept(new Peers())
            .build()
            .start();
    System.out.println("serving on port " + server.getPort());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(line + " cancelled " + cancelled);
    }
    server.shutdown();
  }

  private static boolean fails(String version, String text, StreamObserver<String> answer) {
    if (text.contains("fail@" + version)) {
      answer.onError(Status.UNAVAILABLE.withDescription("told to").asRuntimeException());
      return true;
    }
    return false;
  }

  private static void answer(
      String version, String text, StreamObserver<String> answer, AtomicInteger cancelled) {
    if (fails(version, text, answer)) {
      return;
    }
    if (text.contains("slow@" + version)) {
      ((io.grpc.stub.ServerCallStreamObserver<String>) answer)
          .setOnCancelHandler(cancelled::incrementAndGet);
      return;
    }
    answer.onNext(version + " " + (text.equals("peer") ? PEER.get() : text));
    answer.onCompleted();
  }

  private static StreamObserver<String> counting(String version, StreamObserver<String> answer) {
    return new StreamObserver<>() {
      private int texts;
      private long length;
      private boolean failed;

      @Override
      public void onNext(String text) {
        texts++;
        length += text.length();
        failed |= !failed && fails(version, text, answer);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        if (!failed) {
          answer.onNext(version + " " + texts + " of " + length);
          answer.onCompleted();
        }
      }
    };
  }

  private static StreamObserver<String> echoing(String version, StreamObserver<String> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String text) {
        answer.onNext(version + " " + text);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        answer.onCompleted();
      }
    };
  }

  private static void call(String target) throws Exception {
    ManagedChannel channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
    System.out.println("calling");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 4);
      String result;
      try {
        result = "OK " + made(channel, words[1], Long.parseLong(words[2]), words[3]);
      } catch (StatusRuntimeException e) {
        Metadata trailers = e.getTrailers();
        String reason = trailers == null ? null : trailers.get(REASON);
        result = e.getStatus().getCode() + " " + (reason == null ? "no reason" : reason);
      }
      System.out.println("answer " + words[0] + " " + result);
    }
    channel.shutdown();
    System.out.println("ended " + channel.awaitTermination(10, TimeUnit.SECONDS));
  }

  /** Calls of all kinds to each target, and always one that takes two seconds. */
  private static void load(List<String> targets) throws Exception {
    Load load = new Load();
    String[] kinds = {"unary", "down", "unary", "up", "both"};
    for (String target : targets) {
      ManagedChannel channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
      String pair = "gRPC to " + target;
      load.add(
          pair,
          2,
          number -> {
            String kind = kinds[number % kinds.length];
            String answer = made(channel, kind, 20_000, kind.equals("up") ? "5x100" : "peer");
            return kind.equals("unary") ? answer : "";
          });
      load.add(pair + ", slowly", 0.2, number -> made(channel, "slowly", 20_000, "20"));
    }
    load.run();
  }

  private static String made(ManagedChannel channel, String kind, long millis, String text)
      throws Exception {
    CallOptions options =
        millis == 0
            ? CallOptions.DEFAULT
            : CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
    switch (kind) {
      case "unary":
        return ClientCalls.blockingUnaryCall(channel, UNARY, options, text);
      case "bearing":
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + text);
        Channel bearing =
            ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        return ClientCalls.blockingUnaryCall(bearing, UNARY, options, text);
      case "idempotent":
        return ClientCalls.blockingUnaryCall(
            channel, UNARY.toBuilder().setIdempotent(true).build(), options, text);
      case "context":
        // The deadline is that of the work at hand, as in a server's own calls.
        return Context.current()
            .withDeadlineAfter(millis, TimeUnit.MILLISECONDS, TIMER)
            .call(
                () ->
                    ClientCalls.blockingUnaryCall(
                        channel,
                        UNARY.toBuilder().setIdempotent(true).build(),
                        CallOptions.DEFAULT,
                        text));
      case "down":
        {
          int messages = 0;
          String last = "";
          Iterator<String> answers =
              ClientCalls.blockingServerStreamingCall(channel, DOWN, options, text);
          while (answers.hasNext()) {
            last = answers.next();
            messages++;
          }
          return messages + " " + last;
        }
      case "overtaken":
        {
          // One call that begins before another and is answered after it.
          Collected answer = new Collected();
          ClientCalls.asyncServerStreamingCall(channel.newCall(DOWN, options), text, answer);
          String other = ClientCalls.blockingUnaryCall(channel, UNARY, options, text);
          String order = answer.isOver() ? ", after " : ", then ";
          String[] all = answer.await().split(",");
          return other + order + all[all.length - 1];
        }
      case "up":
        {
          Collected answer = new Collected();
          StreamObserver<String> sending =
              ClientCalls.asyncClientStreamingCall(channel.newCall(UP, options), answer);
          // So many times so much text.
          String[] parts = text.split("x", 2);
          for (int i = 0; i < Integer.parseInt(parts[0]); i++) {
            sending.onNext("t".repeat(Integer.parseInt(parts[1])));
          }
          sending.onCompleted();
          return answer.await();
        }
      case "both":
        {
          Collected answer = new Collected();
          StreamObserver<String> sending =
              ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, options), answer);
          for (String part : text.split(",")) {
            sending.onNext(part);
            answer.awaitOne();
          }
          sending.onCompleted();
          return answer.await();
        }
      case "slowly":
        {
          Collected answer = new Collected();
          StreamObserver<String> sending =
              ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, options), answer);
          int times = Integer.parseInt(text);
          for (int i = 0; i < times && answer.failure == null; i++) {
            sending.onNext("again");
            answer.awaitOne();
            Thread.sleep(100);
          }
          sending.onCompleted();
          int came = answer.await().split(",").length;
          if (came != times) {
            throw new IOException(came + " answers");
          }
          return "";
        }
      case "chained":
        {
          // One call whose end, when told, makes another.
          MethodDescriptor<String, String> each = text.equals("unary") ? UNARY : DOWN;
          Collected second = new Collected();
          Collected first =
              new Collected() {
                @Override
                public void onCompleted() {
                  ClientCalls.asyncServerStreamingCall(
                      channel.newCall(each, options), text, second);
                  super.onCompleted();
                }
              };
          ClientCalls.asyncServerStreamingCall(channel.newCall(each, options), text, first);
          first.await();
          second.await();
          return "both";
        }
      case "cancel":
        {
          ClientCall<String, String> call = channel.newCall(UNARY, options);
          Collected answer = new Collected();
          ClientCalls.asyncUnaryCall(call, text, answer);
          Thread.sleep(200); // on its way by now
          call.cancel("no more wanted", null);
          return answer.await();
        }
      default:
        throw new IllegalArgumentException(kind);
    }
  }

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder(TEXT, TEXT)
        .setFullMethodName("test.Texts/" + name)
        .setType(type)
        .build();
  }

  /** Notes who a caller is by the TLS of its connection. */
  private static final class Peers implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      return session == null
          ? next.startCall(call, headers)
          : Contexts.interceptCall(
              Context.current().withValue(PEER, named(session)), call, headers, next);
    }

    private static String named(SSLSession session) {
      try {
        X509Certificate leaf = (X509Certificate) session.getPeerCertificates()[0];
        return leaf.getSubjectAlternativeNames().iterator().next().get(1)
            + " "
            + leaf.getSerialNumber().toString(16);
      } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** All that came, in order. */
  private static class Collected implements StreamObserver<String> {
    private final java.util.concurrent.Semaphore one = new java.util.concurrent.Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StringBuilder texts = new StringBuilder();
    private volatile Throwable failure;

    @Override
    public void onNext(String text) {
      synchronized (texts) {
        texts.append(texts.length() == 0 ? "" : ",").append(text);
      }
      one.release();
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      one.release(1_000);
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      one.release(1_000);
      ended.countDown();
    }

    boolean isOver() {
      return ended.getCount() == 0;
    }

    void awaitOne() throws InterruptedException {
      one.tryAcquire(20, TimeUnit.SECONDS);
    }

    String await() throws InterruptedException {
      if (!ended.await(30, TimeUnit.SECONDS)) {
        return "never ended";
      }
      if (failure instanceof StatusRuntimeException) {
        throw (StatusRuntimeException) failure;
      }
      synchronized (texts) {
        return texts.toString();
      }
    }
  }
}
