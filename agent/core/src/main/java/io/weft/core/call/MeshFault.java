package io.weft.core.call;

/**
 * A fault of Weft's own while a call was decided. Never shown to the application: an adapter that
 * catches it makes the original call if nothing was sent, and else gives an error of its library's.
 */
public final class MeshFault extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean nothingSent;

  MeshFault(Throwable cause, boolean nothingSent) {
    super(cause);
    this.nothingSent = nothingSent;
  }

  /** Whether the callee has seen nothing of the call. */
  public boolean nothingSent() {
    return nothingSent;
  }
}
