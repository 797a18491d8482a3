package io.weft.core.instrument;

import java.util.List;

/**
 * Where one library is hooked. Found by {@link java.util.ServiceLoader} in the agent's own loader,
 * before main: it must be cheap, and names the library's classes without touching them.
 */
public interface LibraryInstrumentation {

  /** The library's name, as {@code weft status} shows it. */
  String library();

  /** The methods to hook. */
  List<Hook> hooks();

  /**
   * For a copy of a library under another name: what class names of the library begin with, in
   * adapters and in the copy. Adapters are then renamed alike as they are loaded.
   */
  default Relocation relocation() {
    return Relocation.NONE;
  }

  /**
   * Whether classes that are loaded before the agent may be hooked beside main. Not where main
   * could do something meanwhile that the mesh should have seen.
   */
  default boolean mayComeLate() {
    return false;
  }
}
