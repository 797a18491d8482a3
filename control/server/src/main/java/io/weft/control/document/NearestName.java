package io.weft.control.document;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What somebody probably meant. */
final class NearestName {

  private NearestName() {}

  /** The known name that is nearest to a misspelt one, if one is near. */
  static Optional<String> of(String misspelt, Collection<String> known) {
    String wanted = misspelt.toLowerCase(Locale.ROOT);
    int near = Math.max(1, Math.min(3, wanted.length() / 3));
    return known.stream()
        .filter(name -> distance(wanted, name.toLowerCase(Locale.ROOT)) <= near)
        .min(Comparator.comparingInt(name -> distance(wanted, name.toLowerCase(Locale.ROOT))));
  }

  // Levenshtein's, with two rows.
  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(row[j - 1], before[j]) + 1);
      }
      before = row;
    }
    return before[b.length()];
  }
}
