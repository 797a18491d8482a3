package io.weft.core.retry;

import io.weft.core.explain.Stages;

/**
 * How many retries are allowed beside the calls of the same time.
 *
 * @param share retries per call, 0.2 for 20 percent
 * @param minPerSecond retries allowed in any case
 */
public record BudgetLimit(double share, int minPerSecond) {
  /** No limit. */
  public static final BudgetLimit UNLIMITED = new BudgetLimit(Double.POSITIVE_INFINITY, 0);

  /** In words: {@code 20% of the calls of the same time, or 3 a second}. */
  public String says() {
    return Stages.share((int) Math.round(share * 100_000))
        + " of the calls of the same time, or "
        + minPerSecond
        + " a second";
  }

  /** Whether there is no limit. */
  public boolean isUnlimited() {
    return Double.isInfinite(share);
  }
}
