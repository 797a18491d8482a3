package io.weft.core.call;

/**
 * Changes the headers of a request or an answer in its library's own terms. Names come in any case.
 */
public interface HeaderEditor {

  /** Replaces all values. */
  void set(String name, String value);

  /** Adds a value to those there are. */
  void add(String name, String value);

  /** Removes all values. */
  void remove(String name);
}
