package io.weft.cli.demo;

/** Where a part that is not ours may come from. */
enum Place {
  /** The first of the others that works. */
  auto,
  /** A program on PATH. */
  path,
  /** A container. */
  docker,
  /** Done without. */
  none
}
