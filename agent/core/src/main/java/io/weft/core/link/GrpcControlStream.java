package io.weft.core.link;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.PushGrpc;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** A stream over gRPC, on a channel of its own that ends with it. */
final class GrpcControlStream
    implements ControlStream, ClientResponseObserver<AgentMessage, ControlMessage> {

  private final String credential;
  private final Events events;
  private @Nullable ManagedChannel channel;
  private @Nullable ClientCallStreamObserver<AgentMessage> requests;
  private boolean over;

  /**
   * @param credential its name, for messages
   */
  GrpcControlStream(String credential, Events events) {
    this.credential = credential;
    this.events = events;
  }

  void open(ManagedChannel channel) {
    this.channel = channel;
    var unused = PushGrpc.newStub(channel).connect(this);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<AgentMessage> requests) {
    this.requests = requests;
  }

  @Override
  public void send(AgentMessage message) {
    if (!over && requests != null) {
      requests.onNext(message);
    }
  }

  @Override
  public boolean ready() {
    return !over && requests != null && requests.isReady();
  }

  @Override
  public void finish() {
    if (!over && requests != null) {
      requests.onCompleted();
    }
  }

  @Override
  public void abort() {
    over = true;
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  @Override
  public void onNext(ControlMessage message) {
    if (!over) {
      events.received(message);
    }
  }

  @Override
  public void onError(Throwable failure) {
    end(ending(Status.fromThrowable(failure)));
  }

  @Override
  public void onCompleted() {
    end(new Ending(Ending.Kind.UNREACHABLE, "it ended the stream"));
  }

  private void end(Ending ending) {
    if (!over) {
      abort();
      events.ended(ending);
    }
  }

  private Ending ending(Status status) {
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return new Ending(Ending.Kind.UNTRUSTED, String.valueOf(cause.getMessage()));
      }
    }
    String said = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNAUTHENTICATED ->
          new Ending(
              Ending.Kind.UNAUTHENTICATED,
              "it does not accept " + credential + (said.isEmpty() ? "" : ": " + said));
      case PERMISSION_DENIED ->
          new Ending(
              Ending.Kind.UNAUTHENTICATED,
              "it does not let this agent in" + (said.isEmpty() ? "" : ": " + said));
      case FAILED_PRECONDITION, UNIMPLEMENTED, INVALID_ARGUMENT ->
          new Ending(Ending.Kind.INCOMPATIBLE, said.isEmpty() ? status.getCode().name() : said);
      default -> new Ending(Ending.Kind.UNREACHABLE, unreachable(status, said));
    };
  }

  private static String unreachable(Status status, String said) {
    Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    if (root != null && root.getMessage() != null) {
      return root.getMessage();
    }
    return said.isEmpty() ? status.getCode().name() : said;
  }
}
