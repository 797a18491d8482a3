package io.weft.cli.demo;

/** Why the demo cannot go on, in words for the person at the terminal. */
final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DemoException(String message) {
    super(message);
  }
}
