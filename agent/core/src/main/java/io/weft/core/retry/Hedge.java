package io.weft.core.retry;

/**
 * Further attempts beside one that is slow. Immutable.
 *
 * @param delay nanoseconds after which the next is made; 0 where the percentile says
 * @param percentile of what answers took, in thousandths of a percent
 * @param max such attempts of one call; 0 for none
 */
public record Hedge(long delay, int percentile, int max) {
  /** None. */
  public static final Hedge NONE = new Hedge(0, 0, 0);

  /** As control sent it. */
  public static Hedge of(io.weft.api.v1.Hedge hedge) {
    return new Hedge(hedge.getDelayNanos(), hedge.getDelayPercentile(), hedge.getMax());
  }

  /** Whether what answers took must be known. */
  public boolean measures() {
    return percentile > 0;
  }

  /**
   * Nanoseconds after which the next attempt is made.
   *
   * @return negative for never, as too little was measured
   */
  public long delay(AnswerTimes times, long now) {
    return measures() ? times.percentile(percentile, now) : delay;
  }
}
