package io.weft.core.link;

import io.weft.api.v1.Ask;
import io.weft.api.v1.Explanation;
import java.util.function.Consumer;

/** Answers what control asks of this agent for people. */
public interface Questions {
  /** As {@link io.weft.api.v1.Hello} names the ability to answer. */
  String FEATURE = "explain";

  /** Knows no answer. */
  Questions NONE =
      (ask, then) ->
          then.accept(Explanation.newBuilder().setError("this agent does not explain").build());

  /**
   * Answers once, at once or when what it depends on has come; perhaps never. Called on the link's
   * thread, and does not block.
   */
  void answer(Ask ask, Consumer<Explanation> then);
}
