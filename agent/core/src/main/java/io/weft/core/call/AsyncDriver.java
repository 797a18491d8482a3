package io.weft.core.call;

import io.weft.core.config.Destination;
import io.weft.core.scope.RequestScope;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one call for a library that sends without holding a thread. Guarantees:
 *
 * <ul>
 *   <li>events may come from any thread, at any time and from within the transport's methods; they
 *       are handled one at a time, in the order in which they came, with no lock held;
 *   <li>an event that comes while none is handled is handled before the method that told of it
 *       returns;
 *   <li>exactly one of commit, answer, rethrow and passThrough is called, unless the application
 *       cancels first;
 *   <li>a fault of the agent's own before anything was sent makes the call go as if there were no
 *       mesh, a later one gives the application whatever the library has.
 * </ul>
 */
public final class AsyncDriver {
  private final OutboundCall call;
  private final AsyncTransport transport;
  private final Alarms clock;
  private final Serial events = new Serial(this::handle);

  // All below is touched by the event being handled alone.
  private final CallAlarms alarms;
  private final Notes notes = new Notes();
  private @Nullable Throwable thrown;
  private Cleaner.@Nullable Cleanable net;
  // What tells a parked call that things have changed.
  private @Nullable Runnable news;

  public AsyncDriver(OutboundCall call, AsyncTransport transport) {
    this(call, transport, SharedAlarms.INSTANCE);
  }

  AsyncDriver(OutboundCall call, AsyncTransport transport, Alarms clock) {
    this.call = call;
    this.transport = transport;
    this.clock = clock;
    this.alarms = new CallAlarms(clock, this::rang);
  }

  /** Makes the call. The first event, once, on the thread on which the application called. */
  public void start() {
    post(
        () -> {
          try {
            call.start(clock.nanoTime(), notes);
          } catch (RuntimeException | LinkageError e) {
            call.fault(e);
            notes.clear();
            call.abandon();
            notes.passThrough();
          }
        });
  }

  /** The application gives the call up: what is in flight is cancelled, and nothing answered. */
  public void cancel() {
    post(() -> call.cancelled(clock.nanoTime(), notes));
  }

  private void head(Attempt attempt, ResponseHead head) {
    try {
      call.head(attempt, head, clock.nanoTime(), notes);
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
      if (giveUp(attempt)) {
        notes.commit(attempt);
      }
    }
  }

  private void failed(Attempt attempt, Failure why, Throwable what) {
    thrown = what;
    try {
      call.failed(attempt, why, clock.nanoTime(), notes);
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
      if (giveUp(attempt)) {
        notes.rethrow(attempt);
      }
    }
  }

  private void rang() {
    post(
        () -> {
          long now = clock.nanoTime();
          alarms.rung();
          for (Timer timer : Timer.ALL) {
            if (alarms.take(timer, now)) {
              call.timer(timer, now, notes);
            }
          }
          if (alarms.takeWake(now)) {
            call.wake(now, notes);
          }
        });
  }

  // On the timers' thread: who brings config, or ends a call, must not come to send requests.
  private void heard() {
    clock.at(clock.nanoTime(), () -> post(() -> call.wake(clock.nanoTime(), notes)));
  }

  private void post(Runnable event) {
    events.run(event);
  }

  private void handle(Runnable event) {
    try {
      event.run();
      if (call.isOver()) {
        alarms.clear();
        if (net != null) {
          net.clean();
        }
      } else {
        alarms.settle();
      }
      if (news != null && !call.isParked()) {
        call.forgetNews(news);
        news = null;
      }
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
    }
    notes.perform();
  }

  /**
   * After a fault: whether the application is still without an outcome, and this is the way to one.
   */
  private boolean giveUp(Attempt attempt) {
    notes.clear();
    boolean open = !attempt.isOver() && !call.isDecided();
    call.abandon();
    return open;
  }

  /** Takes note of effects, and has them done once the event is handled. */
  private final class Notes implements Effects {
    private final List<Runnable> todo = new ArrayList<>(2);

    void clear() {
      todo.clear();
    }

    void perform() {
      // No event is handled meanwhile, so that nothing is added while this goes on.
      for (int i = 0; i < todo.size(); i++) {
        try {
          todo.get(i).run();
        } catch (RuntimeException | LinkageError e) {
          call.fault(e);
        }
      }
      todo.clear();
    }

    void passThrough() {
      todo.add(transport::passThrough);
    }

    @Override
    public void start(Attempt attempt) {
      todo.add(() -> send(attempt));
    }

    @Override
    public void cancel(Attempt attempt) {
      todo.add(() -> transport.cancel(attempt));
    }

    @Override
    public void arm(Timer timer, long atNanos) {
      alarms.arm(timer, atNanos);
    }

    @Override
    public void disarm(Timer timer) {
      alarms.disarm(timer);
    }

    @Override
    public void park(long untilNanos) {
      alarms.armWake(untilNanos);
      if (news == null) {
        news = AsyncDriver.this::heard;
      }
      Runnable wake = news;
      todo.add(() -> call.onNews(wake));
    }

    @Override
    public void mirror(Destination to) {
      todo.add(
          () -> {
            // It has nothing of the work at hand: no deadline ends it, no trace tells of it.
            RequestScope before = RequestScope.NONE.install();
            try {
              transport.mirror(to);
            } finally {
              before.install();
            }
          });
    }

    @Override
    public void commit(Attempt attempt) {
      if (!attempt.isOver()) {
        net = attempt.permit().heldBy(AsyncDriver.this);
      }
      todo.add(() -> transport.commit(attempt));
    }

    @Override
    public void breakOff(Attempt attempt, MeshAnswer why) {
      todo.add(() -> transport.breakOff(attempt, why));
    }

    @Override
    public void answer(MeshAnswer answer) {
      todo.add(() -> transport.answer(answer));
    }

    @Override
    public void rethrow(Attempt attempt) {
      Throwable what = thrown;
      if (what == null) {
        throw new IllegalStateException("nothing to rethrow");
      }
      todo.add(() -> transport.rethrow(attempt, what));
    }

    private void send(Attempt attempt) {
      try {
        transport.send(attempt, new Progress(attempt));
      } catch (Throwable t) {
        // The library refuses the request: nothing that another attempt would mend.
        post(() -> failed(attempt, Failure.APPLICATION, t));
      }
    }
  }

  /** One attempt's way of telling. */
  private final class Progress implements AttemptProgress {
    private final Attempt attempt;

    Progress(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void sent() {
      post(() -> call.sent(attempt));
    }

    @Override
    public void plaintext() {
      post(attempt::markPlaintext);
    }

    @Override
    public void head(ResponseHead head) {
      post(() -> AsyncDriver.this.head(attempt, head));
    }

    @Override
    public void progress() {
      // Without an idle timeout nobody asks.
      if (call.watchesProgress()) {
        post(() -> call.progress(attempt, clock.nanoTime()));
      }
    }

    @Override
    public void failed(Failure why, Throwable thrown) {
      post(() -> AsyncDriver.this.failed(attempt, why, thrown));
    }

    @Override
    public void end(int grpcCode) {
      post(() -> call.end(attempt, grpcCode, clock.nanoTime(), notes));
    }
  }
}
