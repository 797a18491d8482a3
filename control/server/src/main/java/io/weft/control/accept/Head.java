package io.weft.control.accept;

/**
 * Under {@code accepted/head}.
 *
 * @param history of the store that wrote it: another one means a restore
 */
record Head(long epoch, long generation, String history) {
  static final Head NONE = new Head(0, 0, "");
}
