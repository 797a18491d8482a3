package io.weft.core.inbound;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Texts of which any must be met: exactly, or with an asterisk at one end. Immutable. */
final class Patterns {
  private static final String[] EMPTY = {};

  /** Met by nothing. */
  static final Patterns NONE = of(List.of());

  private final Set<String> written;
  private final boolean all;
  private final Set<String> exact;
  private final String[] prefixes;
  private final String[] suffixes;

  private Patterns(
      Set<String> written,
      boolean all,
      Set<String> exact,
      Set<String> prefixes,
      Set<String> suffixes) {
    this.written = written;
    this.all = all;
    this.exact = Set.copyOf(exact);
    this.prefixes = prefixes.toArray(EMPTY);
    this.suffixes = suffixes.toArray(EMPTY);
  }

  static Patterns of(List<String> written) {
    Set<String> exact = new HashSet<>();
    Set<String> prefixes = new HashSet<>();
    Set<String> suffixes = new HashSet<>();
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
    return new Patterns(Set.copyOf(written), all, exact, prefixes, suffixes);
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

  /** Whether all that is not empty will do. */
  boolean meetsAll() {
    return all;
  }

  /** All of them, as they were written. */
  Set<String> written() {
    return written;
  }

  /** Those without an asterisk. */
  Set<String> exact() {
    return exact;
  }

  /** Those with one at their end, without it. */
  Set<String> prefixes() {
    return Set.of(prefixes);
  }

  /** Those with one at their beginning, without it. */
  Set<String> suffixes() {
    return Set.of(suffixes);
  }
}
