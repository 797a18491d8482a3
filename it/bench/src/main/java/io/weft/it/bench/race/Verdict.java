package io.weft.it.bench.race;

import java.util.Optional;

/**
 * A goal, and what was measured.
 *
 * @param figure what was to be reached
 * @param where the cell or the part that was measured
 * @param measured over the rounds; empty if it was not
 * @param atMost whether less is better
 */
record Verdict(
    String figure,
    String where,
    Optional<Spread> measured,
    boolean atMost,
    double goal,
    String unit) {
  static Verdict atMost(
      String figure, String where, Optional<Spread> measured, double goal, String unit) {
    return new Verdict(figure, where, measured, true, goal, unit);
  }

  static Verdict atLeast(
      String figure, String where, Optional<Spread> measured, double goal, String unit) {
    return new Verdict(figure, where, measured, false, goal, unit);
  }

  boolean isMet() {
    return measured
        .filter(spread -> atMost ? spread.median() <= goal : spread.median() >= goal)
        .isPresent();
  }

  boolean isMissed() {
    return measured.isPresent() && !isMet();
  }
}
