package io.weft.core.inbound;

import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.fault.InjectedFault;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the policies of the called service made of a request.
 *
 * @param denial what is answered in the application's place; null if it goes on
 * @param by the document behind the denial, with its generation; empty if it goes on
 * @param shadow what documents in shadow mode would have denied
 * @param added headers that the application shall see, each in place of its like
 * @param hidden headers that it shall not see
 * @param fault what one that goes on suffers on purpose, or in shadow mode would; null for nothing
 */
public record Judgement(
    @Nullable MeshAnswer denial,
    String by,
    List<String> shadow,
    List<HeaderField> added,
    List<String> hidden,
    @Nullable InjectedFault fault) {
  /** It goes on. */
  public static final Judgement ADMITTED = new Judgement(null, "", List.of());

  Judgement(@Nullable MeshAnswer denial, String by, List<String> shadow) {
    this(denial, by, shadow, List.of(), List.of(), null);
  }
}
