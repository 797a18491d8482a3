package io.weft.core.inbound;

/** The holder behind {@link InboundGate#current}. */
final class InboundGates {
  static volatile InboundGate current = InboundGate.OPEN;

  private InboundGates() {}
}
