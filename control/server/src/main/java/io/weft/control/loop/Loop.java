package io.weft.control.loop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which all of control's state lives: what runs here needs no lock, and must not
 * block. A fault in one task is logged and ends that task alone.
 */
public final class Loop implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("weft-control"));

  @Override
  public void execute(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      // Closed: there is nobody left to serve.
    }
  }

  /** Runs it once, later. */
  public void after(Duration delay, Runnable work) {
    try {
      thread.schedule(() -> guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS).isDone();
    } catch (RejectedExecutionException e) {
      // Closed.
    }
  }

  /** Runs it again and again, with that pause between. */
  public void every(Duration pause, Runnable work) {
    after(
        pause,
        () -> {
          try {
            work.run();
          } finally {
            every(pause, work);
          }
        });
  }

  /** Runs it here and hands its answer to whoever waits. */
  public <T> CompletableFuture<T> ask(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, this);
  }

  /** Begins it here and hands its answer, once it is there, to whoever waits. */
  @SuppressWarnings("FutureReturnValueIgnored") // of the outer future the inner one is made
  public <T> CompletableFuture<T> askAsync(Supplier<CompletableFuture<T>> question) {
    return CompletableFuture.supplyAsync(question, this).thenCompose(answer -> answer);
  }

  private static void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | LinkageError e) {
      LOG.error("fault in control", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
