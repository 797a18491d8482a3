package io.weft.core.call;

import io.weft.core.Mesh;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a call over a library that does not block.
 *
 * <p>Events come from any thread. They are queued and handled one after the other by whichever
 * thread finds the queue idle, and the effects of each are carried out before the next; so the
 * transport is never called twice at once, and no lock is held while it is called. The application
 * is given exactly one of a committed answer, the mesh's answer, and a failure, unless it
 * cancelled.
 */
public final class AsyncDriver {
  private final Mesh mesh;
  private final OutboundCall call;
  private final AsyncTransport transport;
  private final Alarms alarms;
  private final Queue queue = new Queue();
  private final Map<Timer, Future<?>> armed = new EnumMap<>(Timer.class);
  private boolean started;
  private boolean broken;

  private AsyncDriver(Mesh mesh, OutboundCall call, AsyncTransport transport, Alarms alarms) {
    this.mesh = mesh;
    this.call = call;
    this.transport = transport;
    this.alarms = alarms;
  }

  /** Starts a call. */
  public static AsyncDriver start(Mesh mesh, OutboundCall call, AsyncTransport transport) {
    return start(mesh, call, transport, Alarms.ofThisProcess());
  }

  static AsyncDriver start(Mesh mesh, OutboundCall call, AsyncTransport transport, Alarms alarms) {
    AsyncDriver driver = new AsyncDriver(mesh, call, transport, alarms);
    driver.on(call::start);
    return driver;
  }

  /** The application cancels the call. */
  public void cancel() {
    on(call::cancelled);
  }

  private void on(Event event) {
    queue.add(
        () -> {
          if (broken) {
            return;
          }
          Pending effects = new Pending();
          try {
            event.happen(alarms.now(), effects);
          } catch (RuntimeException | LinkageError e) {
            broken = true;
            armed.values().forEach(alarm -> alarm.cancel(false));
            transport.internalError(e, !started);
            return;
          }
          effects.carryOut();
        });
  }

  /** Notes what an event wants done, and does it once the event is handled. */
  private final class Pending implements Effects {
    private final ArrayDeque<Runnable> wanted = new ArrayDeque<>(4);

    void carryOut() {
      for (Runnable effect = wanted.poll(); effect != null; effect = wanted.poll()) {
        effect.run();
      }
    }

    @Override
    public void start(Attempt attempt) {
      wanted.add(
          () -> {
            started = true;
            transport.send(attempt, new Progress(attempt));
          });
    }

    @Override
    public void cancel(Attempt attempt) {
      wanted.add(() -> transport.cancel(attempt));
    }

    @Override
    public void arm(Timer timer, long atNanos) {
      wanted.add(
          () -> {
            Future<?> before =
                armed.put(
                    timer, alarms.at(atNanos, () -> on((now, fx) -> call.timer(timer, now, fx))));
            if (before != null) {
              before.cancel(false);
            }
          });
    }

    @Override
    public void disarm(Timer timer) {
      wanted.add(
          () -> {
            Future<?> before = armed.remove(timer);
            if (before != null) {
              before.cancel(false);
            }
          });
    }

    @Override
    public void park(long untilNanos) {
      wanted.add(
          () -> {
            mesh.onConfigAfter(call.configSeen(), () -> on(call::wake));
            alarms.at(untilNanos, () -> on(call::wake));
          });
    }

    @Override
    public void commit(Attempt attempt) {
      wanted.add(() -> transport.commit(attempt));
    }

    @Override
    public void answer(MeshAnswer answer) {
      wanted.add(() -> transport.answer(answer));
    }

    @Override
    public void rethrow(Attempt attempt) {
      wanted.add(() -> transport.rethrow(attempt));
    }
  }

  private final class Progress implements AttemptProgress {
    private final Attempt attempt;

    Progress(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void sent() {
      on((now, effects) -> call.sent(attempt));
    }

    @Override
    public void head(ResponseHead head) {
      on((now, effects) -> call.head(attempt, head, now, effects));
    }

    @Override
    public void progress() {
      // Without an idle timeout nobody asks.
      if (call.rule().timeout().idle() > 0) {
        on((now, effects) -> call.progress(attempt, now, effects));
      }
    }

    @Override
    public void failed(Failure why) {
      on((now, effects) -> call.failed(attempt, why, now, effects));
    }

    @Override
    public void end(int grpcCode) {
      on((now, effects) -> call.end(attempt, grpcCode, now, effects));
    }
  }

  private interface Event {
    void happen(long now, Effects effects);
  }

  /** Runs what is added one after the other, on the thread that finds it idle. */
  private static final class Queue {
    private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    void add(Runnable event) {
      events.add(event);
      if (waiting.getAndIncrement() > 0) {
        return;
      }
      do {
        Runnable next = events.poll();
        if (next != null) {
          next.run();
        }
      } while (waiting.decrementAndGet() > 0);
    }
  }
}
