package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;

/** The one with fewer attempts in flight for its weight. */
final class LeastRequest extends TwoChoices {
  LeastRequest(Lottery lottery) {
    super(lottery);
  }

  @Override
  boolean better(Endpoint one, Endpoint other, long now) {
    // one.inFlight / one.weight < other.inFlight / other.weight, without the division
    return (long) one.load().inFlight() * other.weight()
        < (long) other.load().inFlight() * one.weight();
  }
}
