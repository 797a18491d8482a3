package io.weft.core.route;

import io.weft.core.call.HeaderEditor;
import io.weft.core.call.HeaderField;
import java.util.ArrayList;
import java.util.List;

/** Changes to the headers of a request or an answer (Gateway API HTTPHeaderFilter). Immutable. */
public record HeaderEdits(List<HeaderField> set, List<HeaderField> add, List<String> remove) {
  /** Changes nothing. */
  public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

  /** Makes the changes. */
  public void apply(HeaderEditor editor) {
    for (int i = 0; i < remove.size(); i++) {
      editor.remove(remove.get(i));
    }
    for (int i = 0; i < set.size(); i++) {
      editor.set(set.get(i).name(), set.get(i).value());
    }
    for (int i = 0; i < add.size(); i++) {
      editor.add(add.get(i).name(), add.get(i).value());
    }
  }

  /** In words, such as {@code x-group set to testers, x-gone removed}. */
  public String says() {
    List<String> changes = new ArrayList<>();
    set.forEach(each -> changes.add(each.name() + " set to " + each.value()));
    add.forEach(each -> changes.add(each.name() + " added as " + each.value()));
    remove.forEach(name -> changes.add(name + " removed"));
    return String.join(", ", changes);
  }

  /** Whether it changes nothing. */
  public boolean isEmpty() {
    return set.isEmpty() && add.isEmpty() && remove.isEmpty();
  }
}
