package io.weft.core.retry;

/**
 * How many retries are allowed beside the calls of the same time.
 *
 * @param share retries per call, 0.2 for 20 percent
 * @param minPerSecond retries allowed in any case
 */
public record BudgetLimit(double share, int minPerSecond) {
  /** No limit. */
  public static final BudgetLimit UNLIMITED = new BudgetLimit(Double.POSITIVE_INFINITY, 0);

  boolean isUnlimited() {
    return Double.isInfinite(share);
  }
}
