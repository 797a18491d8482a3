package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;

/** The one whose latency, times what it has in flight and this call, is less for its weight. */
final class PeakEwma extends TwoChoices {
  PeakEwma(Lottery lottery) {
    super(lottery);
  }

  @Override
  boolean better(Endpoint one, Endpoint other, long now) {
    return one.load().cost(now) * other.weight() < other.load().cost(now) * one.weight();
  }

  @Override
  public void answered(Endpoint endpoint, long tookNanos, long now) {
    endpoint.load().answered(tookNanos, now);
  }

  @Override
  public void unanswered(Endpoint endpoint, long tookNanos, long now) {
    endpoint.load().unanswered(tookNanos, now);
  }
}
