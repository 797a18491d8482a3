package io.weft.instrumentation.grpc;

import io.grpc.ServerCall;
import io.grpc.Status;
import io.weft.core.inbound.InboundCall;
import io.weft.core.scope.RequestScope;

/** Has the application do its work in the scope of the call. */
final class ServedListener<Q> extends ServerCall.Listener<Q> {
  private final ServerCall.Listener<Q> application;
  private final InboundCall inbound;

  ServedListener(ServerCall.Listener<Q> application, InboundCall inbound) {
    this.application = application;
    this.inbound = inbound;
  }

  @Override
  public void onMessage(Q message) {
    within(() -> application.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    within(application::onHalfClose);
  }

  @Override
  public void onReady() {
    within(application::onReady);
  }

  @Override
  public void onCancel() {
    try {
      within(application::onCancel);
    } finally {
      inbound.endGrpc(Status.Code.CANCELLED.value());
    }
  }

  @Override
  public void onComplete() {
    within(application::onComplete);
  }

  private void within(Runnable work) {
    RequestScope before = inbound.scope().install();
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      // The library ends the call as UNKNOWN.
      inbound.fail(e);
      throw e;
    } finally {
      before.install();
    }
  }
}
