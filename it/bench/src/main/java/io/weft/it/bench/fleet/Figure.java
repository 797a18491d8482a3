package io.weft.it.bench.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured.
 *
 * @param agents how many there were
 * @param goal the most it may be; null where there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Figure(
    String scenario, int agents, String name, double value, String unit, @Nullable Double goal) {

  static Figure of(String scenario, int agents, String name, double value, String unit) {
    return new Figure(scenario, agents, name, value, unit, null);
  }

  Figure atMost(double most) {
    return new Figure(scenario, agents, name, value, unit, most);
  }

  /** Whether it says the same thing of another time. */
  boolean isOfTheSame(Figure other) {
    return scenario.equals(other.scenario) && agents == other.agents && name.equals(other.name);
  }

  @JsonProperty
  boolean met() {
    return goal == null || value <= goal;
  }

  /** A line of the table. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-10s %7d  %-58s %12s %-12s %s",
        scenario,
        agents,
        name,
        number(value),
        unit,
        goal == null ? "" : "at most " + number(goal) + (met() ? "" : "  MISSED"));
  }

  /** A value as people read it. */
  static String number(double of) {
    return of == Math.rint(of) || Math.abs(of) >= 1_000
        ? String.format(Locale.ROOT, "%,.0f", of)
        : String.format(Locale.ROOT, Math.abs(of) < 1 ? "%.4f" : "%.1f", of);
  }
}
