package io.weft.control.share;

/**
 * How often one instance was asked.
 *
 * @param offered requests that came
 * @param admitted requests of these that its part of the limit let through
 * @param seconds of the time in which they came
 */
public record Demand(double offered, double admitted, double seconds) {
  double perSecond() {
    return offered / seconds;
  }
}
