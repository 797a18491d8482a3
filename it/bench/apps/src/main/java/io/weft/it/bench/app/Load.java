package io.weft.it.bench.app;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Makes calls from so many threads for so long, and keeps how long each took. Not thread-safe. */
final class Load {
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);

  private final ExecutorService callers = Executors.newCachedThreadPool();
  // Used again, so that what is allocated meanwhile is the calls' own: each takes 200 kB.
  private final List<Histogram> histograms = new ArrayList<>();

  /** What came of a load; printed as the caller tells it. */
  record Outcome(Histogram latencies, long failures, String firstFailure, long nanos) {
    @Override
    public String toString() {
      ByteBuffer buffer = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
      int length = latencies.encodeIntoCompressedByteBuffer(buffer);
      return "calls="
          + latencies.getTotalCount()
          + " failures="
          + failures
          + (failures == 0 ? "" : " first=" + firstFailure.replaceAll("\\s+", "_"))
          + " nanos="
          + nanos
          + " histogram="
          + Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }
  }

  /**
   * Makes them.
   *
   * @param rate calls a second of all threads together, whose latency counts from the moment at
   *     which each should have been made, however late it was; 0 for as many as there can be
   */
  Outcome run(Client.Calls calls, int threads, long rate, long millis) throws Exception {
    long begun = System.nanoTime();
    long end = begun + TimeUnit.MILLISECONDS.toNanos(millis);
    Pace pace = new Pace(begun, end, rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate);
    AtomicLong failures = new AtomicLong();
    AtomicReference<String> first = new AtomicReference<>("");
    List<Callable<Histogram>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Histogram latencies = histogram(i);
      tasks.add(
          () -> {
            try (Client.Call call = calls.next()) {
              for (long due = pace.next(); due < end; due = pace.next()) {
                try {
                  call.make();
                  latencies.recordValue(Math.min(System.nanoTime() - due, LONGEST));
                } catch (Exception e) {
                  failures.incrementAndGet();
                  first.compareAndSet("", e.toString());
                  // Who is refused at once shall not ask again at once.
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
              }
            }
            return latencies;
          });
    }
    Histogram all = histogram(threads);
    for (Future<Histogram> each : callers.invokeAll(tasks)) {
      all.add(each.get());
    }
    return new Outcome(
        all, failures.get(), Objects.requireNonNull(first.get()), System.nanoTime() - begun);
  }

  private Histogram histogram(int place) {
    if (place == histograms.size()) {
      histograms.add(new Histogram(LONGEST, 3));
    }
    Histogram histogram = histograms.get(place);
    histogram.reset();
    return histogram;
  }

  /** When the next call is due; shared by all threads of a load. */
  private static final class Pace {
    private final long begun;
    private final long end;
    private final long interval;
    private final AtomicLong count = new AtomicLong();

    Pace(long begun, long end, long interval) {
      this.begun = begun;
      this.end = end;
      this.interval = interval;
    }

    /** Waits for the moment of the next call, unless that is behind the end, and returns it. */
    long next() {
      if (interval == 0) {
        return System.nanoTime();
      }
      long due = begun + count.getAndIncrement() * interval;
      if (due >= end) {
        return due;
      }
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return due;
    }
  }
}
