package io.weft.control.document;

/**
 * A field that may be written.
 *
 * @param unwritten what holds where it is not written, in words; empty if that goes without saying
 * @param about one sentence for the reference
 */
public record Field(String name, Type type, boolean required, String unwritten, String about) {

  static Field required(String name, Type type, String about) {
    return new Field(name, type, true, "", about);
  }

  static Field optional(String name, Type type, String unwritten, String about) {
    return new Field(name, type, false, unwritten, about);
  }
}
