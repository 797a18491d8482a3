package io.weft.core.lifecycle;

import io.weft.api.v1.Identity;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.link.EdgeStats;
import java.time.Duration;
import java.util.List;

/** What watches calls and tells of them; made before main, brought up once main runs. */
public interface Telemetry {

  /** Watches nothing. */
  Telemetry NONE =
      new Telemetry() {
        @Override
        public CallObserver calls() {
          return CallObserver.NONE;
        }

        @Override
        public Deadlines deadlines() {
          return Deadlines.NONE;
        }

        @Override
        public EdgeStats edges() {
          return List::of;
        }

        @Override
        public void start(Identity process) {}

        @Override
        public void flush(Duration atMost) {}
      };

  /** Told of every outbound call, from the first. */
  CallObserver calls();

  /** Knows the deadline of the request being served. */
  Deadlines deadlines();

  /** Counts calls by edge, for control. */
  EdgeStats edges();

  /**
   * Brings up what exports. Called once, on an agent thread; what was seen before may be dropped.
   *
   * @param process who this process is, as control knows it
   */
  void start(Identity process);

  /** The process ends: sends what is recorded; returns by the time given, sent or not. */
  void flush(Duration atMost);
}
