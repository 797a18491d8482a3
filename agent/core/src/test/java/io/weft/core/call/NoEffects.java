package io.weft.core.call;

/** Does nothing of what a call asks for. */
public class NoEffects implements Effects {
  @Override
  public void start(Attempt attempt) {}

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
