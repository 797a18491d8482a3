package io.weft.control.identity;

/** Why no certificate was issued, in one line. */
public final class IssueException extends Exception {
  private static final long serialVersionUID = 1L;

  IssueException(String message) {
    super(message);
  }
}
