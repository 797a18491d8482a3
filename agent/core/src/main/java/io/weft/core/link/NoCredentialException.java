package io.weft.core.link;

/** There is nothing usable to join by; the message is one line for the user. */
final class NoCredentialException extends Exception {

  NoCredentialException(String message) {
    super(message);
  }
}
