package io.weft.core.inbound;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules by the patterns of one of their demands, of paths for example. Immutable. */
final class RuleIndex {
  private static final AccessRule[] NONE = {};

  private final Map<String, AccessRule[]> exact;
  private final Affixes prefixes;
  private final Affixes suffixes;

  /**
   * @param rules in their order
   * @param demand what each of them demands
   */
  RuleIndex(List<AccessRule> rules, Function<AccessRule, Patterns> demand) {
    exact = by(rules, demand.andThen(Patterns::exact));
    prefixes = Affixes.prefixes(by(rules, demand.andThen(Patterns::prefixes)));
    suffixes = Affixes.suffixes(by(rules, demand.andThen(Patterns::suffixes)));
  }

  private static Map<String, AccessRule[]> by(
      List<AccessRule> rules, Function<AccessRule, Set<String>> keys) {
    Map<String, List<AccessRule>> lists = new HashMap<>();
    for (AccessRule rule : rules) {
      for (String key : keys.apply(rule)) {
        lists.computeIfAbsent(key, k -> new ArrayList<>()).add(rule);
      }
    }
    Map<String, AccessRule[]> arrays = new HashMap<>();
    lists.forEach((key, list) -> arrays.put(key, list.toArray(NONE)));
    return Map.copyOf(arrays);
  }

  /**
   * The first rule that matches and comes before one found so far.
   *
   * @param text which the demand is about
   */
  @Nullable AccessRule first(String text, Asked asked, @Nullable AccessRule sofar) {
    AccessRule found = AccessRule.first(exact.getOrDefault(text, NONE), asked, sofar);
    found = prefixes.first(text, asked, found);
    return suffixes.first(text, asked, found);
  }
}
