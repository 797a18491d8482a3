package io.weft.it.process;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * A machine's clock that is off, for one process alone: libfaketime, whose library the system
 * property weft.test.faketime names, else where Linux distributions have it.
 */
final class WrongClock {
  private WrongClock() {}

  /** What an environment must say for a process to see a clock that is off by so much. */
  static Map<String, String> environment(Duration off) {
    boolean mac = System.getProperty("os.name").startsWith("Mac");
    return Map.of(
        mac ? "DYLD_INSERT_LIBRARIES" : "LD_PRELOAD",
        System.getProperty("weft.test.faketime", "/usr/$LIB/faketime/libfaketimeMT.so.1"),
        "FAKETIME",
        String.format(Locale.ROOT, "%+d", off.toSeconds()),
        // A JVM goes on waiting as long as it means to.
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "DONT_FAKE_MONOTONIC",
        "1");
  }
}
