package io.weft.core.inbound;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules by the prefixes, or by the suffixes, that a text must have. All that a text has are found
 * by one binary search: the longest of them stands right before it or is itself an affix of what
 * stands there. Immutable.
 */
final class Affixes {
  private static final int NONE = -1;

  private final boolean atEnd;
  private final String[] affixes;
  private final AccessRule[][] rules;
  // The longest among the others that an affix has itself.
  private final int[] shorter;

  private Affixes(boolean atEnd, String[] affixes, AccessRule[][] rules, int[] shorter) {
    this.atEnd = atEnd;
    this.affixes = affixes;
    this.rules = rules;
    this.shorter = shorter;
  }

  static Affixes prefixes(Map<String, AccessRule[]> rules) {
    return of(false, rules);
  }

  static Affixes suffixes(Map<String, AccessRule[]> rules) {
    return of(true, rules);
  }

  private static Affixes of(boolean atEnd, Map<String, AccessRule[]> byAffix) {
    List<Map.Entry<String, AccessRule[]>> sorted =
        byAffix.entrySet().stream()
            .sorted((one, other) -> compare(one.getKey(), other.getKey(), atEnd))
            .toList();
    int size = sorted.size();
    String[] affixes = new String[size];
    AccessRule[][] rules = new AccessRule[size][];
    int[] shorter = new int[size];
    for (int i = 0; i < size; i++) {
      affixes[i] = sorted.get(i).getKey();
      rules[i] = sorted.get(i).getValue();
      int other = i - 1;
      while (other != NONE && !has(affixes[i], affixes[other], atEnd)) {
        other = shorter[other];
      }
      shorter[i] = other;
    }
    return new Affixes(atEnd, affixes, rules, shorter);
  }

  /** The first rule under any affix of a text that matches and comes before one found so far. */
  @Nullable AccessRule first(String text, Asked asked, @Nullable AccessRule sofar) {
    int affix = lastUpTo(text);
    while (affix != NONE && !has(text, affixes[affix], atEnd)) {
      affix = shorter[affix];
    }
    AccessRule found = sofar;
    for (; affix != NONE; affix = shorter[affix]) {
      found = AccessRule.first(rules[affix], asked, found);
    }
    return found;
  }

  private int lastUpTo(String text) {
    int low = 0;
    int high = affixes.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (compare(affixes[middle], text, atEnd) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private static boolean has(String text, String affix, boolean atEnd) {
    return atEnd ? text.endsWith(affix) : text.startsWith(affix);
  }

  private static int compare(String one, String other, boolean fromEnd) {
    if (!fromEnd) {
      return one.compareTo(other);
    }
    int i = one.length();
    int j = other.length();
    while (i > 0 && j > 0) {
      int difference = one.charAt(--i) - other.charAt(--j);
      if (difference != 0) {
        return difference;
      }
    }
    return i - j;
  }
}
