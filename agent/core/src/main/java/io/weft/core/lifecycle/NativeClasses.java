package io.weft.core.lifecycle;

import io.weft.core.log.Log;
import java.util.List;

/**
 * Classes of the JDK that load a native library as they are initialized. The JVM holds a lock while
 * it loads one; a library of the application's that asks for such a class while it is loaded, as
 * Netty's transports do, would wait for a thread of ours that initializes it, and that one for the
 * lock. So they are initialized before main, while there is one thread alone.
 */
final class NativeClasses {
  private static final List<String> NAMES =
      List.of("java.net.InetAddress", "java.net.NetworkInterface", "sun.nio.ch.IOUtil");

  private NativeClasses() {}

  /** Initializes them, if nobody has. */
  static void initialize() {
    for (String name : NAMES) {
      try {
        Class.forName(name, true, null);
      } catch (ClassNotFoundException | LinkageError e) {
        Log.debug("not initialized before main: " + e);
      }
    }
  }
}
