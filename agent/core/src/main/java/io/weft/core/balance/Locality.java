package io.weft.core.balance;

import java.util.List;

/**
 * Which endpoints a caller calls first, by where they run.
 *
 * @param zone the caller's own; empty where nobody has said it
 * @param failover where calls go next, in this order: a zone, or with {@code *} at its end all that
 *     begin so
 * @param overprovisioning how many times the part of its endpoints that is well a zone takes of the
 *     calls, which is all of them at most: Envoy's overprovisioning factor, at least 1
 * @param overflow the part of the calls, from 0 to 1, that leaves the own zone in any case
 */
public record Locality(
    String zone, List<String> failover, double overprovisioning, double overflow) {

  public Locality {
    failover = List.copyOf(failover);
  }

  /** How many steps away an endpoint may be. */
  int levels() {
    return failover.size() + 2;
  }

  /** How many steps away endpoints of a zone are; 0 for the own zone. */
  int level(String of) {
    if (isOwn(of)) {
      return 0;
    }
    for (int i = 0; i < failover.size(); i++) {
      if (takes(failover.get(i), of)) {
        return i + 1;
      }
    }
    return failover.size() + 1;
  }

  /** Where endpoints so many steps away are, in words. */
  String name(int level) {
    if (level == 0) {
      return "in " + zone;
    }
    return level <= failover.size() ? "in " + failover.get(level - 1) : "elsewhere";
  }

  private boolean isOwn(String of) {
    return !zone.isEmpty() && zone.equals(of);
  }

  private static boolean takes(String pattern, String zone) {
    return pattern.endsWith("*")
        ? zone.startsWith(pattern.substring(0, pattern.length() - 1))
        : zone.equals(pattern);
  }
}
