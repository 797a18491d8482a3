package io.weft.core.inbound;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Texts of which any must be met: exactly, or with an asterisk at one end. Immutable. */
final class Patterns {
  private static final String[] NONE = {};

  private final boolean all;
  private final Set<String> exact;
  private final String[] prefixes;
  private final String[] suffixes;

  private Patterns(boolean all, Set<String> exact, String[] prefixes, String[] suffixes) {
    this.all = all;
    this.exact = exact;
    this.prefixes = prefixes;
    this.suffixes = suffixes;
  }

  static Patterns of(List<String> written) {
    Set<String> exact = new HashSet<>();
    List<String> prefixes = new ArrayList<>();
    List<String> suffixes = new ArrayList<>();
    boolean all = false;
    for (String each : written) {
      if (each.equals("*")) {
        all = true;
      } else if (each.endsWith("*")) {
        prefixes.add(each.substring(0, each.length() - 1));
      } else if (each.startsWith("*")) {
        suffixes.add(each.substring(1));
      } else {
        exact.add(each);
      }
    }
    return new Patterns(all, Set.copyOf(exact), prefixes.toArray(NONE), suffixes.toArray(NONE));
  }

  /** Whether one of them is met; "*" by all that is not empty. */
  boolean meet(String text) {
    if (exact.contains(text) || (all && !text.isEmpty())) {
      return true;
    }
    for (String prefix : prefixes) {
      if (text.startsWith(prefix)) {
        return true;
      }
    }
    for (String suffix : suffixes) {
      if (text.endsWith(suffix)) {
        return true;
      }
    }
    return false;
  }

  /** The texts, if all of them are exact; else null. */
  boolean areExact() {
    return !all && prefixes.length == 0 && suffixes.length == 0;
  }

  Set<String> exact() {
    return exact;
  }
}
