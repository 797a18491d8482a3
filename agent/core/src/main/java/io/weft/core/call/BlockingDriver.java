package io.weft.core.call;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one call for a library that sends on the calling thread. Guarantees:
 *
 * <ul>
 *   <li>requests are sent, and pauses waited out, on the thread of {@link #execute} alone, which
 *       may be virtual; a time that runs out meanwhile aborts the attempt from the timers' thread;
 *   <li>the library is never called with a lock held;
 *   <li>what the library threw reaches the caller unchanged;
 *   <li>a fault of the agent's own before anything was sent makes the call go as if there were no
 *       mesh, a later one gives the caller whatever the library has.
 * </ul>
 *
 * <p>{@link #execute} is called once; the other methods from any thread.
 *
 * @param <R> the library's response
 * @param <X> what the library throws, beside unchecked exceptions
 */
public final class BlockingDriver<R, X extends Exception> {
  private final OutboundCall call;
  private final BlockingTransport<R, X> transport;
  private final Alarms clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition decided = lock.newCondition();
  private final Runnable news;

  // All below is guarded by the lock.
  private final CallAlarms alarms;
  private final Notes notes = new Notes();
  private @Nullable Step next;
  private Cleaner.@Nullable Cleanable net;
  private boolean waits;
  private boolean committed;
  private boolean over;

  /** What the calling thread does next. */
  private sealed interface Step {
    record Send(Attempt attempt) implements Step {}

    record Return() implements Step {}

    record Answer(MeshAnswer answer) implements Step {}

    record Rethrow() implements Step {}

    record Cancelled() implements Step {}
  }

  public BlockingDriver(OutboundCall call, BlockingTransport<R, X> transport) {
    this(call, transport, SharedAlarms.INSTANCE);
  }

  BlockingDriver(OutboundCall call, BlockingTransport<R, X> transport, Alarms clock) {
    this.call = call;
    this.transport = transport;
    this.clock = clock;
    this.alarms = new CallAlarms(clock, this::rang);
    // On the timers' thread: who ends a call holds the lock of that call's driver.
    Runnable wake = () -> quietly(effects -> call.wake(clock.nanoTime(), effects));
    this.news = () -> clock.at(clock.nanoTime(), wake);
  }

  /**
   * Makes the call, up to the head of its answer. Not interrupted: a pause before a retry is waited
   * out, and the thread's interrupt status kept for the library.
   *
   * @return the answer; the caller goes on to tell of its body by {@link #progress}, {@link #ended}
   *     and {@link #broke}
   * @throws X as the library threw it
   */
  public R execute() throws X {
    try {
      tell(effects -> call.start(clock.nanoTime(), effects));
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
      abandon();
      return transport.passThrough();
    }
    R response = null;
    Throwable thrown = null;
    while (true) {
      Step step = await();
      if (step instanceof Step.Send send) {
        try {
          response = transport.send(send.attempt(), timeLeft(send.attempt()));
          thrown = null;
        } catch (Throwable t) {
          // Whatever it is, it is the library's to throw and the application's to see.
          response = null;
          thrown = t;
        }
        if (response == null) {
          threw(send.attempt(), Objects.requireNonNull(thrown));
        } else if (!answered(send.attempt(), response)) {
          transport.discard(response);
          response = null;
        }
      } else if (step instanceof Step.Answer answer) {
        return transport.answer(answer.answer());
      } else if (step instanceof Step.Return && response != null) {
        return response;
      } else if (thrown != null) {
        throw unchanged(thrown);
      } else {
        throw transport.cancelled();
      }
    }
  }

  /** Some of this attempt's request may leave from now on. */
  public void sent(Attempt attempt) {
    quietly(effects -> call.sent(attempt));
  }

  /** Some of the body of the answer arrived. */
  public void progress() {
    Attempt attempt = call.lastAttempt();
    if (attempt != null && call.watchesProgress()) {
      quietly(effects -> call.progress(attempt, clock.nanoTime()));
    }
  }

  /** The answer was read to its end, or the application closed it. */
  public void ended() {
    Attempt attempt = call.lastAttempt();
    if (attempt != null) {
      quietly(effects -> call.end(attempt, clock.nanoTime(), effects));
    }
  }

  /** The body of the answer broke off. */
  public void broke(Failure why) {
    Attempt attempt = call.lastAttempt();
    if (attempt != null) {
      quietly(effects -> call.failed(attempt, why, clock.nanoTime(), effects));
    }
  }

  /** The application gives the call up: what is in flight is aborted. */
  public void cancel() {
    quietly(effects -> call.cancelled(clock.nanoTime(), effects));
  }

  /** Whether the response is still wanted. */
  private boolean answered(Attempt attempt, R response) {
    try {
      ResponseHead head = transport.head(response);
      tell(effects -> call.head(attempt, head, clock.nanoTime(), effects));
      return attempt == call.lastAttempt() && committed();
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
      abandon();
      decide(new Step.Return());
      return true;
    }
  }

  private void threw(Attempt attempt, Throwable thrown) {
    try {
      Failure why = transport.failure(attempt, thrown);
      tell(effects -> call.failed(attempt, why, clock.nanoTime(), effects));
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
      abandon();
      decide(new Step.Rethrow());
    }
  }

  private void rang() {
    long now = clock.nanoTime();
    lock.lock();
    try {
      alarms.rung();
    } finally {
      lock.unlock();
    }
    quietly(
        effects -> {
          for (Timer timer : Timer.ALL) {
            if (alarms.take(timer, now)) {
              call.timer(timer, now, effects);
            }
          }
          if (alarms.takeWake(now)) {
            call.wake(now, effects);
          }
        });
  }

  private void quietly(Consumer<Effects> event) {
    try {
      tell(event);
    } catch (RuntimeException | LinkageError e) {
      call.fault(e);
    }
  }

  /** Hands over one event, then carries out what it asked for. */
  private void tell(Consumer<Effects> event) {
    List<Attempt> aborted;
    boolean parked;
    boolean unparked;
    lock.lock();
    try {
      event.accept(notes);
      if (call.isOver()) {
        over = true;
        if (call.isCancelled() && !committed) {
          next = new Step.Cancelled();
        }
      }
      if (over) {
        alarms.clear();
        if (net != null) {
          net.clean();
        }
      } else {
        alarms.settle();
      }
      if (next != null) {
        decided.signalAll();
      }
      aborted = notes.takeAborted();
      parked = notes.takeParked();
      unparked = waits && !call.isParked();
      waits = parked || (waits && !unparked);
    } finally {
      lock.unlock();
    }
    for (Attempt attempt : aborted) {
      transport.abort(attempt);
    }
    if (parked) {
      call.onNews(news);
    } else if (unparked) {
      call.forgetNews(news);
    }
  }

  private boolean committed() {
    lock.lock();
    try {
      return committed;
    } finally {
      lock.unlock();
    }
  }

  private long timeLeft(Attempt attempt) {
    return call.timeLeft(attempt, clock.nanoTime());
  }

  private Step await() {
    lock.lock();
    try {
      while (next == null) {
        decided.awaitUninterruptibly();
      }
      Step step = next;
      next = null;
      return step;
    } finally {
      lock.unlock();
    }
  }

  private void decide(Step step) {
    lock.lock();
    try {
      next = step;
    } finally {
      lock.unlock();
    }
  }

  private void abandon() {
    lock.lock();
    try {
      over = true;
      alarms.clear();
      call.abandon();
      next = null;
    } finally {
      lock.unlock();
    }
  }

  // The transport throws X or what is unchecked, and erasure lets either pass as it is.
  @SuppressWarnings("unchecked")
  private X unchanged(Throwable thrown) {
    if (thrown instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return (X) thrown;
  }

  /** Takes note of effects, under the lock. */
  private final class Notes implements Effects {
    private final Queue<Attempt> aborted = new ArrayDeque<>(2);
    private boolean parked;

    List<Attempt> takeAborted() {
      if (aborted.isEmpty()) {
        return List.of();
      }
      List<Attempt> taken = new ArrayList<>(aborted);
      aborted.clear();
      return taken;
    }

    boolean takeParked() {
      boolean taken = parked;
      parked = false;
      return taken;
    }

    @Override
    public void start(Attempt attempt) {
      next = new Step.Send(attempt);
    }

    @Override
    public void cancel(Attempt attempt) {
      // An attempt whose answer is here is let go by the calling thread, without an abort.
      if (committed || !attempt.isAnswered()) {
        aborted.add(attempt);
      }
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
      parked = true;
    }

    @Override
    public void commit(Attempt attempt) {
      committed = true;
      net = attempt.permit().heldBy(BlockingDriver.this);
      next = new Step.Return();
    }

    @Override
    public void breakOff(Attempt attempt, MeshAnswer why) {
      aborted.add(attempt);
    }

    @Override
    public void answer(MeshAnswer answer) {
      next = new Step.Answer(answer);
    }

    @Override
    public void rethrow(Attempt attempt) {
      next = new Step.Rethrow();
    }
  }
}
