package io.weft.it.bench;

import io.weft.core.call.Attempt;
import io.weft.core.call.Effects;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.Timer;
import org.jspecify.annotations.Nullable;

/** Remembers the attempt that a call started, and does nothing else. */
final class Noted implements Effects {
  @Nullable Attempt started;

  @Override
  public void start(Attempt attempt) {
    started = attempt;
  }

  @Override
  public void cancel(Attempt attempt) {}

  @Override
  public void arm(Timer timer, long atNanos) {}

  @Override
  public void disarm(Timer timer) {}

  @Override
  public void park(long untilNanos) {}

  @Override
  public void commit(Attempt attempt) {}

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {}

  @Override
  public void answer(MeshAnswer answer) {}

  @Override
  public void rethrow(Attempt attempt) {}
}
