package io.weft.core.inbound;

/** The holder behind {@link InboundObserver#current}. */
final class InboundObservers {
  static volatile InboundObserver current = InboundObserver.NONE;

  private InboundObservers() {}
}
