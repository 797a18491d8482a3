package io.weft.control.accept;

/**
 * Who changes something.
 *
 * @param name as the command tells it; nobody vouches for it
 * @param token id of the admin token that let it in; empty for none
 * @param role of that token, in small letters; empty for none
 */
public record Author(String name, String token, String role) {
  /** Whoever wrote straight into the store. */
  static final Author STORE = new Author("the store", "", "");
}
