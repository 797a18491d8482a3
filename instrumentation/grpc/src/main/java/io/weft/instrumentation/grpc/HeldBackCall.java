package io.weft.instrumentation.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.weft.core.call.Alarms;
import io.weft.core.call.Serial;
import io.weft.core.inbound.InboundCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that the application is to see later. No thread waits for it: the library may have called
 * from its event loop. What happens to the call meanwhile is told once the application listens; one
 * that is cancelled before is never shown.
 */
final class HeldBackCall<Q> extends ServerCall.Listener<Q> {
  private final Serial serial = new Serial();
  private final InboundCall inbound;

  // All below is touched in serial alone.
  private final List<Consumer<ServerCall.Listener<Q>>> early = new ArrayList<>();
  private ServerCall.@Nullable Listener<Q> application;
  private Alarms.@Nullable Alarm alarm;
  private boolean cancelled;

  HeldBackCall(InboundCall inbound) {
    this.inbound = inbound;
  }

  /** Begins the call after a time, in the context of the calling thread. */
  void after(long delayNanos, ServerCall<?, ?> call, Supplier<ServerCall.Listener<Q>> begin) {
    Runnable goOn = Context.current().wrap(() -> serial.run(() -> begin(call, begin)));
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Alarms alarms = Alarms.shared();
    serial.run(
        () ->
            alarm = alarms.at(alarms.nanoTime() + delayNanos, () -> onItsOwnThread(goOn, loader)));
  }

  // The alarms' thread must not come to run the application, and its executor is not ours to reach.
  private static void onItsOwnThread(Runnable goOn, @Nullable ClassLoader loader) {
    Thread thread = new Thread(null, goOn, "weft-held-back", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(loader);
    thread.start();
  }

  private void begin(ServerCall<?, ?> call, Supplier<ServerCall.Listener<Q>> begin) {
    if (cancelled) {
      return;
    }
    try {
      ServerCall.Listener<Q> begun = begin.get();
      application = begun;
      early.forEach(event -> event.accept(begun));
      early.clear();
    } catch (RuntimeException | Error e) {
      // As the library does on its own threads.
      try {
        call.close(Status.UNKNOWN.withCause(e), new Metadata());
      } catch (IllegalStateException closed) {
        // The application has closed it before it threw.
      }
      throw e;
    }
  }

  @Override
  public void onMessage(Q message) {
    tell(listener -> listener.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    tell(ServerCall.Listener::onHalfClose);
  }

  @Override
  public void onReady() {
    tell(ServerCall.Listener::onReady);
  }

  @Override
  public void onComplete() {
    tell(ServerCall.Listener::onComplete);
  }

  @Override
  public void onCancel() {
    serial.run(
        () -> {
          ServerCall.Listener<Q> begun = application;
          if (begun != null) {
            begun.onCancel();
            return;
          }
          cancelled = true;
          if (alarm != null) {
            alarm.cancel();
          }
          inbound.endGrpc(Status.Code.CANCELLED.value());
        });
  }

  private void tell(Consumer<ServerCall.Listener<Q>> event) {
    serial.run(
        () -> {
          ServerCall.Listener<Q> begun = application;
          if (begun == null) {
            early.add(event);
          } else {
            event.accept(begun);
          }
        });
  }
}
