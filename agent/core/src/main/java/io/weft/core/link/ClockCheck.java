package io.weft.core.link;

import io.weft.core.log.Log;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Compares this machine's clock with control's: certificates are worth something only where both
 * are about right. Says once that they differ, and once that they agree again. Confined to the
 * link's thread.
 */
final class ClockCheck {
  /** What networks and drifting clocks explain, and certificates are backdated for. */
  private static final Duration TOLERATED = Duration.ofMinutes(5);

  private final InstantSource clock;
  private boolean differs;

  ClockCheck(InstantSource clock) {
    this.clock = clock;
  }

  /** Control says what time it is. */
  void controlSays(Instant theirs) {
    Instant mine = clock.instant();
    Duration ahead = Duration.between(theirs, mine);
    boolean far = ahead.abs().compareTo(TOLERATED) > 0;
    if (far && !differs) {
      Log.warn(
          "this machine's clock is "
              + words(ahead.abs())
              + (ahead.isNegative() ? " behind" : " ahead of")
              + " control's (here "
              + mine
              + ", there "
              + theirs
              + "): certificates may not be believed. Set it by NTP; if other machines say so, too,"
              + " it is control's");
    } else if (!far && differs) {
      Log.info("this machine's clock and control's agree again");
    }
    differs = far;
  }

  /** Whether they differ, which has been said. */
  boolean differs() {
    return differs;
  }

  private static String words(Duration far) {
    long minutes = far.toMinutes();
    return minutes < 120 ? minutes + " minutes" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
