package io.weft.instrumentation.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.weft.core.Mesh;
import io.weft.core.call.AsyncDriver;
import io.weft.core.call.AsyncTransport;
import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.call.Serial;
import io.weft.core.config.Destination;
import io.weft.core.scope.RequestScope;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application's call to a service of the mesh. Each attempt is a call on the application's own
 * channel; to the application they are one.
 */
final class MeshCall<Q, R> extends ClientCall<Q, R> implements AsyncTransport, OutboundRequest {
  private final Channel channel;
  private final MethodDescriptor<Q, R> method;
  private final CallOptions options;
  private final MeshTarget target;
  private final String path;
  private final Executor executor;
  private final Context context = Context.current();
  private final Serial turns = new Serial();
  private final Outbox<Q> outbox;

  // Set by start.
  private Metadata headers = new Metadata();
  private @Nullable Delivery<R> delivery;
  private @Nullable AsyncDriver driver;

  // In turns.
  private int requested;
  private boolean compressed = true;
  private volatile @Nullable Try<Q, R> newest;
  private volatile @Nullable Try<Q, R> taken;

  MeshCall(Channel channel, MethodDescriptor<Q, R> method, CallOptions options, MeshTarget target) {
    this.channel = channel;
    this.method = method;
    this.options = options;
    this.target = target;
    this.path = "/" + method.getFullMethodName();
    this.outbox = new Outbox<>(method);
    Executor own = options.getExecutor();
    this.executor = own == null ? target.executor() : own;
  }

  // What the application does

  @Override
  public void start(Listener<R> listener, Metadata sent) {
    if (driver != null) {
      throw new IllegalStateException("already started");
    }
    headers = sent;
    delivery = new Delivery<>(listener, executor);
    // The application's own deadline bounds the call as that of the work at hand does.
    RequestScope scope = RequestScope.current();
    Deadline deadline = soonest(options.getDeadline(), context.getDeadline());
    if (deadline != null) {
      long at = System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS);
      if (!scope.bounded() || at - scope.deadlineNanos() < 0) {
        scope.withDeadline(at).install();
      }
    }
    try {
      driver = new AsyncDriver(Mesh.current().call(target.destination(), this), this);
      driver.start();
    } finally {
      if (deadline != null) {
        scope.install();
      }
    }
  }

  @Override
  public void request(int messages) {
    turns.run(
        () -> {
          requested =
              messages > Integer.MAX_VALUE - requested ? Integer.MAX_VALUE : requested + messages;
          eachLive(call -> call.request(messages));
        });
  }

  @Override
  public void sendMessage(Q message) {
    turns.run(
        () -> {
          if (newest == null) {
            outbox.addUnsent(message);
            return;
          }
          outbox.add(message);
          eachLive(call -> call.sendMessage(message));
          outbox.sent();
        });
  }

  @Override
  public void halfClose() {
    turns.run(
        () -> {
          outbox.halfClose();
          eachLive(ClientCall::halfClose);
        });
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    turns.run(
        () -> {
          compressed = enabled;
          eachLive(call -> call.setMessageCompression(enabled));
        });
  }

  @Override
  public boolean isReady() {
    Try<Q, R> now = shown();
    return now != null && now.call().isReady();
  }

  @Override
  public Attributes getAttributes() {
    Try<Q, R> now = shown();
    return now == null ? Attributes.EMPTY : now.call().getAttributes();
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    if (driver == null) {
      return;
    }
    driver.cancel();
    Status status = Status.CANCELLED.withCause(cause);
    Status told = message == null ? status : status.withDescription(message);
    turns.run(
        () -> {
          outbox.release();
          eachLive(call -> call.cancel(message, cause));
          delivery().run(() -> delivery().close(told, new Metadata()));
        });
  }

  // What the mesh decides

  @Override
  public void send(Attempt attempt, AttemptProgress progress) {
    turns.run(
        () -> {
          ClientCall<Q, R> call = start(attempt, progress);
          call.setMessageCompression(compressed);
          if (requested > 0) {
            call.request(requested);
          }
          outbox.messages().forEach(call::sendMessage);
          if (outbox.isHalfClosed()) {
            call.halfClose();
          }
          outbox.sent();
          if (attempt.retryPolicy().attempts() <= 1) {
            outbox.release();
          }
        });
  }

  // A call takes the context it is made in: of it are its deadline and its cancellation, also when
  // an attempt is made on a thread of the mesh.
  private ClientCall<Q, R> start(Attempt attempt, AttemptProgress progress) {
    Context before = context.attach();
    try {
      Try<Q, R> next = begin(attempt, progress);
      newest = next;
      next.call().start(next, headersOf(attempt));
      return next.call();
    } finally {
      context.detach(before);
    }
  }

  private Try<Q, R> begin(Attempt attempt, AttemptProgress progress) {
    Aim aim = new Aim(Line.of(attempt), attempt.connectTimeoutNanos());
    boolean oneAnswer = method.getType().serverSendsOneMessage();
    Try<Q, R> next = new Try<>(attempt, progress, aim, delivery(), oneAnswer, newest);
    CallOptions own = next.watched(options.withOption(Aim.KEY, aim));
    if (!attempt.authority().equals(authority())) {
      own = own.withAuthority(attempt.authority());
    }
    long left = streaming() ? 0 : attempt.timeLeft(System.nanoTime());
    if (left > 0) {
      own =
          own.withDeadline(soonest(Deadline.after(left, TimeUnit.NANOSECONDS), own.getDeadline()));
    }
    next.made(channel.newCall(methodOf(attempt), own));
    return next;
  }

  private static @Nullable Deadline soonest(@Nullable Deadline one, @Nullable Deadline other) {
    if (one == null) {
      return other;
    }
    return other == null ? one : one.minimum(other);
  }

  private MethodDescriptor<Q, R> methodOf(Attempt attempt) {
    String wanted = attempt.target();
    return wanted.equals(path)
        ? method
        : method.toBuilder().setFullMethodName(wanted.substring(1)).build();
  }

  private Metadata headersOf(Attempt attempt) {
    Metadata own = new Metadata();
    own.merge(headers);
    attempt.editRequest(new MetadataEditor(own));
    return own;
  }

  @Override
  public void cancel(Attempt attempt) {
    turns.run(
        () -> {
          Try<Q, R> made = madeFor(attempt);
          if (made != null) {
            made.giveUp();
          }
        });
  }

  @Override
  public void mirror(Destination to) {
    turns.run(
        () -> {
          Metadata own = new Metadata();
          own.merge(headers);
          // The work at hand may be over long before.
          Context before = Context.ROOT.attach();
          try {
            MeshCall<Q, R> other =
                new MeshCall<>(
                    channel, method, options.withDeadline(null), new MeshTarget(to, executor));
            other.start(new Listener<>() {}, own);
            other.request(Integer.MAX_VALUE);
            outbox.messages().forEach(other::sendMessage);
            other.halfClose();
          } finally {
            Context.ROOT.detach(before);
          }
        });
  }

  @Override
  public void commit(Attempt attempt) {
    turns.run(
        () -> {
          Try<Q, R> made = madeFor(attempt);
          if (made != null) {
            outbox.release();
            taken = made;
            made.commit();
          }
        });
  }

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {
    cancel(attempt);
    answer(why);
  }

  @Override
  public void answer(MeshAnswer answer) {
    Refusal refusal = Refusal.of(answer);
    close(refusal.status(), refusal.trailers());
  }

  @Override
  public void rethrow(Attempt attempt, Throwable thrown) {
    if (thrown instanceof Closed closed) {
      close(closed.status(), closed.trailers());
    } else {
      close(Status.fromThrowable(thrown), new Metadata());
    }
  }

  @Override
  public void passThrough() {
    close(
        Status.UNAVAILABLE.withDescription("the mesh has a fault, and alone knows where this is"),
        new Metadata());
  }

  // Several while one is hedged; those that have ended take nothing more.
  private void eachLive(Consumer<ClientCall<Q, R>> work) {
    for (Try<Q, R> made = newest; made != null; made = made.before()) {
      if (made.isLive()) {
        work.accept(made.call());
      }
    }
  }

  private @Nullable Try<Q, R> madeFor(Attempt attempt) {
    Try<Q, R> made = newest;
    while (made != null && made.attempt() != attempt) {
      made = made.before();
    }
    return made;
  }

  private @Nullable Try<Q, R> shown() {
    Try<Q, R> committed = taken;
    return committed != null ? committed : newest;
  }

  private void close(Status status, Metadata trailers) {
    turns.run(outbox::release);
    delivery().run(() -> delivery().close(status, trailers));
  }

  private Delivery<R> delivery() {
    if (delivery == null) {
      throw new IllegalStateException("not started");
    }
    return delivery;
  }

  // The request as the mesh sees it

  @Override
  public Protocol protocol() {
    return Protocol.GRPC;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public String target() {
    return path;
  }

  @Override
  public String authority() {
    String own = options.getAuthority();
    return own == null ? channel.authority() : own;
  }

  @Override
  public String header(String name) {
    return MetadataEditor.first(headers, name);
  }

  @Override
  public boolean streaming() {
    return method.getType() != MethodType.UNARY;
  }

  @Override
  public boolean replayable() {
    return outbox.isWhole();
  }

  @Override
  public boolean hedgeable() {
    return outbox.isWhole() && outbox.isHalfClosed();
  }

  @Override
  public boolean idempotent() {
    return method.isIdempotent() || method.isSafe() || !header("idempotency-key").isEmpty();
  }
}
