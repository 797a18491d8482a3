package io.weft.instrumentation.urlconnection;

import java.net.HttpURLConnection;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/**
 * Where the connection goes that the calling thread works on for the mesh. Set around each call of
 * the library, and known by the very URL object the connection was opened with: code of the
 * application that runs within (cookie handlers, authenticators) may open connections of its own.
 */
@SuppressWarnings("ReferenceEquality") // the very object, see above
final class Aim {
  private static final ThreadLocal<@Nullable Aim> CURRENT = new ThreadLocal<>();

  private final URL opened;
  private final @Nullable URL target;
  private boolean editsHeaders;
  private boolean reused;

  /**
   * @param opened the connection's URL
   * @param target names the endpoint and the path to ask for; null if the library is to connect as
   *     it would
   */
  Aim(URL opened, @Nullable URL target) {
    this.opened = opened;
    this.target = target;
  }

  /** The aim of a connection; null if it is not one of the mesh's, or not of this thread. */
  static @Nullable Aim of(HttpURLConnection connection) {
    Aim current = CURRENT.get();
    return current != null && connection.getURL() == current.opened ? current : null;
  }

  /** Whether the calling thread opens a connection for the mesh. */
  static boolean isOpening(URL url) {
    Aim current = CURRENT.get();
    return current != null && current.opened == url;
  }

  /** Works on the connection, on this thread. */
  <T, X extends Exception> T within(Work<T, X> work) throws X {
    Aim before = CURRENT.get();
    CURRENT.set(this);
    try {
      return work.run();
    } finally {
      // Not removed: the thread keeps its empty place for the next call.
      CURRENT.set(before);
    }
  }

  URL target(URL otherwise) {
    return target == null ? otherwise : target;
  }

  void editHeaders(Runnable edits) {
    editsHeaders = true;
    try {
      edits.run();
    } finally {
      editsHeaders = false;
    }
  }

  boolean editsHeaders() {
    return editsHeaders;
  }

  void reading(boolean onReusedConnection) {
    reused = onReusedConnection;
  }

  /** Whether the answer was awaited on a connection kept from an earlier request. */
  boolean wasReused() {
    return reused;
  }

  /** Something done on a connection. */
  interface Work<T, X extends Exception> {
    T run() throws X;
  }
}
