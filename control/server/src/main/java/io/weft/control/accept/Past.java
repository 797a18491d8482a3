package io.weft.control.accept;

import io.weft.control.accept.History.Edit;
import io.weft.control.accept.History.Step;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Documents as they were at a generation, by undoing what history tells since.
 *
 * @param texts by {@code Kind/namespace/name}
 * @param unknown why it cannot be told, in one line; empty if it can
 */
record Past(Map<String, String> texts, String unknown) {

  /**
   * As it was.
   *
   * @param now texts in force
   * @param steps that led to them, the newest first, as far back as they are kept
   */
  static Past at(long generation, long newest, Map<String, String> now, List<Step> steps) {
    if (generation > newest) {
      return unknown("there is no generation " + generation + " yet: the newest is " + newest);
    }
    long oldest = steps.isEmpty() ? newest : steps.get(steps.size() - 1).generation() - 1;
    if (generation < oldest) {
      return unknown(
          "generation " + generation + " is not known any more: the oldest is " + oldest);
    }
    Map<String, String> texts = new TreeMap<>(now);
    for (Step step : steps) {
      for (Edit edit : step.generation() > generation ? step.changes() : List.<Edit>of()) {
        if (!Objects.equals(texts.get(edit.document()), edit.after())) {
          return unknown(
              "history does not lead back to generation "
                  + generation
                  + ": "
                  + edit.document()
                  + " is not what generation "
                  + step.generation()
                  + " made of it");
        }
        undo(texts, edit.document(), edit.before());
      }
    }
    return new Past(texts, "");
  }

  private static void undo(Map<String, String> texts, String document, @Nullable String before) {
    if (before == null) {
      texts.remove(document);
    } else {
      texts.put(document, before);
    }
  }

  private static Past unknown(String why) {
    return new Past(Map.of(), why);
  }
}
