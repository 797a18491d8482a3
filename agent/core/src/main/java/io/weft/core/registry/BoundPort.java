package io.weft.core.registry;

/**
 * One binding of a port, for the server that made it.
 *
 * <p>Closing takes back this binding and no other: a server that stops late does not take away the
 * port of the one that was started again on the same number. Closing twice does nothing. Never
 * throws; thread-safe.
 */
public interface BoundPort extends AutoCloseable {

  /** The server stopped listening. */
  @Override
  void close();
}
