package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The same algorithm over what is near and what is farther away. As in Envoy's priority levels, the
 * nearest take what they can, by how many of them are well, and the next the rest; where all
 * together cannot take everything, each takes its part of what they can.
 *
 * <p>A call that has tried all that is near goes farther.
 */
final class NearestFirst implements Choice {
  // Nearest first, two at least.
  private final Level[] levels;

  private NearestFirst(Level[] levels) {
    this.levels = levels;
  }

  /**
   * A choice among all; a plain one if all are equally near.
   *
   * @param live one at least
   * @param cursors one for each level that there may be
   */
  static Choice of(
      Balancing balancing, Locality locality, Endpoint[] live, List<AtomicInteger> cursors) {
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < locality.levels(); i++) {
      int level = i;
      Endpoint[] there =
          Arrays.stream(live)
              .filter(endpoint -> locality.level(endpoint.zone()) == level)
              .toArray(Endpoint[]::new);
      if (there.length > 0) {
        levels.add(
            new Level(
                locality.name(level),
                Choice.of(balancing, there, cursors.get(level)),
                there,
                level == 0 ? 1 - locality.overflow() : 1,
                locality.overprovisioning()));
      }
    }
    return levels.size() == 1
        ? levels.get(0).choice
        : new NearestFirst(levels.toArray(Level[]::new));
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    int drawn = draw(now, chance);
    Endpoint chosen = levels[drawn].choice.choose(tried, hash, now, chance);
    for (int i = 0; chosen == null && i < levels.length; i++) {
      if (i != drawn) {
        chosen = levels[i].choice.choose(tried, hash, now, chance);
      }
    }
    return chosen;
  }

  private int draw(long now, RandomGenerator chance) {
    double nearest = levels[0].capacity(now);
    if (nearest >= 1) {
      return 0;
    }
    double point = chance.nextDouble() * Math.min(1, total(now));
    for (int i = 0; i < levels.length; i++) {
      point -= levels[i].capacity(now);
      if (point < 0) {
        return i;
      }
    }
    return 0;
  }

  private double total(long now) {
    double total = 0;
    for (Level level : levels) {
      total += level.capacity(now);
    }
    return total;
  }

  /** The part of the calls that goes to a level, from 0 to 1. */
  private double share(int of, long now) {
    double total = total(now);
    double before = 0;
    for (int i = 0; i < of; i++) {
      before += levels[i].capacity(now);
    }
    double left = Math.max(0, Math.min(1, total) - before);
    return total == 0 ? 0 : Math.min(left, levels[of].capacity(now)) / Math.min(1, total);
  }

  @Override
  public void answered(Endpoint endpoint, long tookNanos, long now) {
    levels[0].choice.answered(endpoint, tookNanos, now);
  }

  @Override
  public void unanswered(Endpoint endpoint, long tookNanos, long now) {
    levels[0].choice.unanswered(endpoint, tookNanos, now);
  }

  @Override
  public String objection(Endpoint endpoint, long now) {
    for (int i = 0; i < levels.length; i++) {
      if (levels[i].contains(endpoint)) {
        return share(i, now) > 0 ? "" : "it is " + levels[i].name + ", and calls stay nearer";
      }
    }
    return "";
  }

  @Override
  public String says(long now) {
    return IntStream.range(0, levels.length)
        .filter(level -> share(level, now) > 0)
        .mapToObj(level -> percent(share(level, now)) + "% " + levels[level].name)
        .collect(Collectors.joining(", "));
  }

  private static String percent(double share) {
    return BigDecimal.valueOf(share * 100)
        .setScale(1, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
