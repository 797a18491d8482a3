package io.weft.instrumentation.grpc;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weft.core.call.Serial;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Hands the application's listener what the committed attempt brings, one thing after another on
 * the executor of the call, as gRPC promises. What comes on that executor already is handed on at
 * once.
 */
final class Delivery<R> {
  // Whose callback runs on this thread.
  private static final ThreadLocal<@Nullable Delivery<?>> CALLBACK = new ThreadLocal<>();

  private final ClientCall.Listener<R> listener;
  private final Executor executor;
  private final Serial serial = new Serial();
  private boolean closed;

  Delivery(ClientCall.Listener<R> listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  /** Runs what a library's callback does, on whose thread it is then safe to call the listener. */
  void inCallback(Runnable work) {
    Delivery<?> before = CALLBACK.get();
    CALLBACK.set(this);
    try {
      work.run();
    } finally {
      // Not removed: the thread keeps its empty place for the next callback.
      CALLBACK.set(before);
    }
  }

  void run(Runnable task) {
    if (CALLBACK.get() == this) {
      serial.run(task);
    } else {
      serial.run(task, executor);
    }
  }

  // Below: within tasks alone.

  void headers(Metadata headers) {
    if (!closed) {
      listener.onHeaders(headers);
    }
  }

  void message(R message) {
    if (!closed) {
      listener.onMessage(message);
    }
  }

  void ready() {
    if (!closed) {
      listener.onReady();
    }
  }

  void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      listener.onClose(status, trailers);
    }
  }
}
