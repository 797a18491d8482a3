package io.weft.core.call;

import io.weft.core.Mesh;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs a call on the thread that makes it.
 *
 * <p>The calling thread sends, waits and decides. Alarms ring on the agent's timer thread, which
 * does no more than make the library's blocked call fail. The lock is held while an event is
 * handled, never while the library is called from the calling thread; virtual threads are not
 * pinned by it.
 *
 * @param <R> an answer whose head has come
 * @param <X> what the library throws
 */
public final class BlockingDriver<R, X extends Exception> {
  private final Mesh mesh;
  private final OutboundCall call;
  private final BlockingTransport<R, X> transport;
  private final Alarms alarms;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Timer, Future<?>> armed = new EnumMap<>(Timer.class);

  // What the last event asked for.
  private @Nullable Attempt toStart;
  private @Nullable Attempt cancelled;
  private @Nullable Attempt committed;
  private @Nullable Attempt rethrown;
  private @Nullable MeshAnswer answer;
  private @Nullable X failure;

  private final Effects effects = new Noted();

  private BlockingDriver(
      Mesh mesh, OutboundCall call, BlockingTransport<R, X> transport, Alarms alarms) {
    this.mesh = mesh;
    this.call = call;
    this.transport = transport;
    this.alarms = alarms;
  }

  /** A driver for one call. */
  public static <R, X extends Exception> BlockingDriver<R, X> of(
      Mesh mesh, OutboundCall call, BlockingTransport<R, X> transport) {
    return new BlockingDriver<>(mesh, call, transport, Alarms.ofThisProcess());
  }

  static <R, X extends Exception> BlockingDriver<R, X> of(
      Mesh mesh, OutboundCall call, BlockingTransport<R, X> transport, Alarms alarms) {
    return new BlockingDriver<>(mesh, call, transport, alarms);
  }

  /**
   * Makes the call, once.
   *
   * @return the answer of the attempt that was committed to, or the mesh's own
   * @throws X what the library threw in the attempt that ended the call
   * @throws MeshFault if Weft itself failed
   */
  public R run() throws X {
    on(() -> call.start(alarms.now(), effects));
    while (true) {
      Attempt attempt = null;
      lock.lock();
      try {
        while (toStart == null && answer == null && rethrown == null) {
          changed.await();
        }
        if (toStart != null) {
          attempt = toStart;
          toStart = null;
        }
      } catch (InterruptedException e) {
        on(() -> call.cancelled(alarms.now(), effects));
        throw transport.interrupted(e);
      } finally {
        lock.unlock();
      }
      if (attempt == null) {
        return outcome();
      }
      R result = attempt(attempt);
      if (result != null) {
        return result;
      }
    }
  }

  /** The application read the answer to its end, or closed it. */
  public void end() {
    Attempt attempt = call.lastAttempt();
    if (attempt != null) {
      on(() -> call.end(attempt, alarms.now(), effects));
    }
  }

  /** The answer broke off while the application read it. */
  public void broken(Failure why) {
    Attempt attempt = call.lastAttempt();
    if (attempt != null) {
      on(() -> call.failed(attempt, why, alarms.now(), effects));
    }
  }

  /** The application gives the call up. */
  public void cancel() {
    onFromOutside(() -> call.cancelled(alarms.now(), effects));
  }

  private @Nullable R attempt(Attempt attempt) throws X {
    R result;
    try {
      result = transport.send(attempt, timeLeft(attempt));
    } catch (Exception e) {
      X thrown = asThrown(e);
      on(
          () -> {
            failure = thrown;
            call.failed(attempt, transport.classify(attempt, thrown), alarms.now(), effects);
          });
      return null;
    }
    R answered = result;
    on(() -> call.head(attempt, transport.head(answered), alarms.now(), effects));
    if (committed == attempt) {
      return answered;
    }
    transport.discard(attempt, answered);
    return null;
  }

  // send throws X or an unchecked exception; both go to the application as they are.
  @SuppressWarnings("unchecked")
  private X asThrown(Exception e) {
    return (X) e;
  }

  private long timeLeft(Attempt attempt) {
    long until = 0;
    if (call.isBounded()) {
      until = Math.max(1, call.deadlineNanos() - alarms.now());
    }
    long perTry = call.perTryTimeoutNanos();
    if (perTry > 0) {
      long left = Math.max(1, attempt.startNanos() + perTry - alarms.now());
      until = until == 0 ? left : Math.min(until, left);
    }
    return until;
  }

  private R outcome() throws X {
    MeshAnswer given = answer;
    if (given != null) {
      return transport.answer(given);
    }
    X thrown = failure;
    if (thrown == null) {
      throw new IllegalStateException("a call without an outcome");
    }
    throw thrown;
  }

  private void on(Runnable event) {
    lock.lock();
    try {
      event.run();
      changed.signalAll();
    } catch (RuntimeException | LinkageError e) {
      throw new MeshFault(e, call.attempts() == 0);
    } finally {
      lock.unlock();
    }
  }

  /** Handles an event that may find the calling thread inside the library. */
  private void onFromOutside(Runnable event) {
    Attempt toAbort;
    lock.lock();
    try {
      cancelled = null;
      on(event);
      toAbort = cancelled;
    } finally {
      lock.unlock();
    }
    if (toAbort != null) {
      transport.abort(toAbort);
    }
  }

  private void ring(Timer timer) {
    onFromOutside(() -> call.timer(timer, alarms.now(), effects));
  }

  private void wake() {
    on(() -> call.wake(alarms.now(), effects));
  }

  /** Notes what an event wants done. Called with the lock held. */
  private final class Noted implements Effects {
    @Override
    public void start(Attempt attempt) {
      toStart = attempt;
    }

    @Override
    public void cancel(Attempt attempt) {
      cancelled = attempt;
    }

    @Override
    public void arm(Timer timer, long atNanos) {
      Future<?> before = armed.put(timer, alarms.at(atNanos, () -> ring(timer)));
      if (before != null) {
        before.cancel(false);
      }
    }

    @Override
    public void disarm(Timer timer) {
      Future<?> before = armed.remove(timer);
      if (before != null) {
        before.cancel(false);
      }
    }

    @Override
    public void park(long untilNanos) {
      mesh.onConfigAfter(call.configSeen(), BlockingDriver.this::wake);
      alarms.at(untilNanos, BlockingDriver.this::wake);
    }

    @Override
    public void commit(Attempt attempt) {
      committed = attempt;
    }

    @Override
    public void answer(MeshAnswer given) {
      answer = given;
    }

    @Override
    public void rethrow(Attempt attempt) {
      rethrown = attempt;
    }
  }
}
