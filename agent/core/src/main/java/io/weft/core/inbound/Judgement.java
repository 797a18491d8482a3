package io.weft.core.inbound;

import io.weft.core.call.MeshAnswer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the policies of the called service made of a request.
 *
 * @param denial what is answered in the application's place; null if it goes on
 * @param by the document behind the denial, with its generation; empty if it goes on
 * @param shadow what documents in shadow mode would have denied
 */
public record Judgement(@Nullable MeshAnswer denial, String by, List<String> shadow) {
  /** It goes on. */
  public static final Judgement ADMITTED = new Judgement(null, "", List.of());
}
