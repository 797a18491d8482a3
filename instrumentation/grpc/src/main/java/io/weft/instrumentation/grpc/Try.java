package io.weft.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt: a call of the library's own, and what it brings. That is kept until the attempt is
 * committed, and handed on from then; of one that is not, nothing is ever seen.
 */
final class Try<Q, R> extends ClientCall.Listener<R> {
  private final Attempt attempt;
  private final AttemptProgress progress;
  private final Aim aim;
  private final Delivery<R> delivery;
  private final boolean oneAnswer;
  private final @Nullable Try<Q, R> before;

  private volatile boolean answered;
  private volatile boolean sent;
  private volatile boolean closed;

  // In the order of the library's callbacks.
  private @Nullable Metadata headers;
  private boolean headTold;

  // In the delivery's tasks.
  private final List<Runnable> kept = new ArrayList<>(2);
  private boolean committed;

  // In the turns of the application's call.
  private boolean givenUp;

  private @Nullable ClientCall<Q, R> call;

  /**
   * @param oneAnswer whether the method answers with one message: its headers then promise nothing
   * @param before the one made before it; null for the first
   */
  Try(
      Attempt attempt,
      AttemptProgress progress,
      Aim aim,
      Delivery<R> delivery,
      boolean oneAnswer,
      @Nullable Try<Q, R> before) {
    this.attempt = attempt;
    this.progress = progress;
    this.aim = aim;
    this.delivery = delivery;
    this.oneAnswer = oneAnswer;
    this.before = before;
  }

  Attempt attempt() {
    return attempt;
  }

  /** The one made before it; null for the first. */
  @Nullable Try<Q, R> before() {
    return before;
  }

  /** The library's call. */
  ClientCall<Q, R> call() {
    if (call == null) {
      throw new IllegalStateException("not made yet");
    }
    return call;
  }

  void made(ClientCall<Q, R> library) {
    call = library;
  }

  /** Ends the library's call, which then takes nothing more. */
  void giveUp() {
    givenUp = true;
    call().cancel("given up by the mesh", null);
  }

  /** Whether the library would take what the application still sends. */
  boolean isLive() {
    return !givenUp && !closed;
  }

  /** Hands on what came and what comes. */
  void commit() {
    delivery.run(
        () -> {
          committed = true;
          kept.forEach(Runnable::run);
          kept.clear();
        });
  }

  // What the library tells

  @Override
  public void onHeaders(Metadata received) {
    delivery.inCallback(
        () -> {
          headers = received;
          if (attempt.editsResponse()) {
            attempt.editResponse(new MetadataEditor(received));
          }
          hand(() -> delivery.headers(received));
          if (!oneAnswer) {
            tellHead(received, -1);
          }
        });
  }

  @Override
  public void onMessage(R message) {
    delivery.inCallback(
        () -> {
          hand(() -> delivery.message(message));
          if (headTold) {
            progress.progress();
          } else {
            tellHead(headers == null ? new Metadata() : headers, -1);
          }
        });
  }

  @Override
  public void onReady() {
    delivery.inCallback(() -> delivery.run(delivery::ready));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closed = true;
    delivery.inCallback(
        () -> {
          int code = status.getCode().value();
          if (!headTold && !answered && !status.isOk()) {
            progress.failed(why(status), new Closed(status, trailers));
            return;
          }
          if (!headTold) {
            tellHead(trailers, code);
          }
          // First the mesh, then the application, which may call again from within: what this call
          // held is free by then.
          progress.end(code);
          hand(() -> delivery.close(status, trailers));
        });
  }

  private void tellHead(Metadata metadata, int code) {
    headTold = true;
    progress.head(new Head(metadata, code));
  }

  private void hand(Runnable event) {
    delivery.run(
        () -> {
          if (committed) {
            event.run();
          } else {
            kept.add(event);
          }
        });
  }

  // No server has answered: what the library says of it.
  private Failure why(Status status) {
    if (aim.lost() != null || (!aim.isConnected() && status.getCode() == Status.Code.UNAVAILABLE)) {
      return Failure.CONNECT;
    }
    return switch (status.getCode()) {
      case CANCELLED, INVALID_ARGUMENT, UNAUTHENTICATED -> Failure.APPLICATION;
      case DEADLINE_EXCEEDED -> Failure.TIMEOUT;
      case UNAVAILABLE -> {
        String description = status.getDescription();
        if (description != null && description.contains("REFUSED_STREAM")) {
          yield Failure.REFUSED_STREAM;
        }
        yield sent ? Failure.RESET : Failure.RESET_BEFORE_REQUEST;
      }
      default -> Failure.RESET;
    };
  }

  /** Options that have the library tell what leaves and what comes. */
  CallOptions watched(CallOptions options) {
    return options.withStreamTracerFactory(
        new ClientStreamTracer.Factory() {
          @Override
          public ClientStreamTracer newClientStreamTracer(
              ClientStreamTracer.StreamInfo info, Metadata metadata) {
            return new Watch();
          }
        });
  }

  private final class Watch extends ClientStreamTracer {
    @Override
    public void outboundHeaders() {
      sent = true;
      if (aim.isPlaintext()) {
        progress.plaintext();
      }
      progress.sent();
    }

    @Override
    public void inboundHeaders() {
      answered = true;
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      answered = true;
    }
  }
}
