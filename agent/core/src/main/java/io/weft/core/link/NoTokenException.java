package io.weft.core.link;

/** There is no usable join token; the message is one line for the user. */
final class NoTokenException extends Exception {

  NoTokenException(String message) {
    super(message);
  }
}
