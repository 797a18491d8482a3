package io.weft.control.store;

/** The store cannot be reached, or cannot be read; the message is one line for people. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean settled;

  public StoreException(String message) {
    super(message);
    this.settled = false;
  }

  public StoreException(String message, Throwable cause) {
    this(message, false, cause);
  }

  StoreException(String message, boolean settled, Throwable cause) {
    super(message, cause);
    this.settled = settled;
  }

  /** Whether asking again is in vain until somebody mends what the message says. */
  boolean isSettled() {
    return settled;
  }
}
