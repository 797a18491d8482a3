package io.weft.control.accept;

import io.weft.control.accept.Acceptance.Done;
import io.weft.control.accept.Acceptance.Edit;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What takes documents back to what they were: the edits, each told, and what stands against them.
 * Texts are checked as if they were applied, as what was good once need not be so now.
 */
record Rollback(List<Edit> edits, List<Done> done, List<Problem> problems) {

  /**
   * Of documents as they were, in a namespace or in all.
   *
   * @param when what to call that time in problems
   */
  static Rollback to(
      Past then,
      String when,
      String namespace,
      Map<Document.Key, InForce> inForce,
      DocumentReader reader) {
    Map<String, String> now = new LinkedHashMap<>();
    Map<Document.Key, Document> target = new LinkedHashMap<>();
    inForce.forEach(
        (key, each) -> {
          now.put(key.toString(), each.document().text());
          target.put(key, each.document());
        });
    Set<String> paths = new TreeSet<>(now.keySet());
    paths.addAll(then.texts().keySet());
    Rollback rollback = new Rollback(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    List<Document> back = new ArrayList<>();
    for (String path : paths) {
      Optional<String> before = Optional.ofNullable(now.get(path));
      Optional<String> after = Optional.ofNullable(then.texts().get(path));
      if (before.equals(after) || !(namespace.isEmpty() || namespace.equals(namespace(path)))) {
        continue;
      }
      Optional<Document.Key> key = Together.parse(path);
      if (key.isEmpty()) {
        rollback.problems.add(
            new Problem(path + when, 0, "", "is of a kind that is not known any more"));
        continue;
      }
      rollback.edits.add(new Edit(key.get(), before, after));
      rollback.done.add(new Done(key.get(), action(before, after), before, after));
      target.remove(key.get());
      if (after.isPresent()) {
        byte[] text = after.get().getBytes(StandardCharsets.UTF_8);
        DocumentReader.Read read = reader.read(path + when, text);
        rollback.problems.addAll(read.problems());
        back.addAll(read.documents());
      }
    }
    back.forEach(document -> target.put(document.key(), document));
    for (Document document : back) {
      Together.conflict(document, target.values()).ifPresent(rollback.problems::add);
    }
    return rollback;
  }

  private static String namespace(String path) {
    return path.split("/", -1)[1];
  }

  private static String action(Optional<String> before, Optional<String> after) {
    return before.isEmpty() ? "created" : after.isEmpty() ? "deleted" : "changed";
  }
}
