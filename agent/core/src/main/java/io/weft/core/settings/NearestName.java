package io.weft.core.settings;

import java.util.Collection;

/** Finds the name that was probably meant. */
final class NearestName {

  private NearestName() {}

  /** The known name with the fewest edits from the given one; empty if they are too many. */
  static String of(String given, Collection<String> known) {
    int fewest = Math.max(2, given.length() / 3) + 1;
    String nearest = "";
    for (String name : known) {
      int edits = edits(given, name);
      if (edits < fewest) {
        fewest = edits;
        nearest = name;
      }
    }
    return nearest;
  }

  /** Levenshtein's distance. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
