package io.weft.it.contract.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steady calls of several pairs of a caller and a callee at once, in rounds, as lines on standard
 * input say: {@code try} makes one call of each pair and tells how many failed, {@code go} begins a
 * round, and {@code stop} ends it and tells what came of each pair. A call that fails in a round is
 * told at once, in a line of its own.
 */
public final class Load {
  // So that a callee that hangs is not buried.
  private static final int MOST_AT_ONCE = 20;

  /** One call of a pair. */
  public interface Work {
    /**
     * Makes the call.
     *
     * @param number counts up
     * @return what the callee knows its connection by; empty if it does not say
     * @throws Exception if it came to anything but what was expected
     */
    String call(int number) throws Exception;
  }

  private final List<Pair> pairs = new ArrayList<>();
  private final ExecutorService threads = Threads.perTask();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);

  private final class Pair {
    private final String name;
    private final double perSecond;
    private final Work work;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Set<String> connections = ConcurrentHashMap.newKeySet();
    private ScheduledFuture<?> ticking;

    Pair(String name, double perSecond, Work work) {
      this.name = name;
      this.perSecond = perSecond;
      this.work = work;
    }

    void go() {
      calls.set(0);
      failures.set(0);
      connections.clear();
      long micros = (long) (TimeUnit.SECONDS.toMicros(1) / perSecond);
      ticking = clock.scheduleAtFixedRate(this::tick, micros, micros, TimeUnit.MICROSECONDS);
    }

    private void tick() {
      if (underWay.incrementAndGet() > MOST_AT_ONCE) {
        underWay.decrementAndGet();
      } else {
        threads.execute(
            () -> {
              call();
              underWay.decrementAndGet();
            });
      }
    }

    void call() {
      int number = calls.getAndIncrement();
      try {
        String connection = work.call(number);
        if (!connection.isEmpty()) {
          connections.add(connection);
        }
      } catch (Exception | LinkageError e) {
        failures.incrementAndGet();
        System.out.println(
            "FAILED "
                + LocalTime.now(ZoneOffset.UTC)
                + " "
                + name
                + " in call "
                + number
                + chain(e));
      }
    }

    void stop() throws InterruptedException {
      ticking.cancel(false);
      while (underWay.get() > 0) {
        Thread.sleep(20);
      }
      System.out.println(
          "PAIR "
              + name
              + ": "
              + calls
              + " calls, "
              + connections.size()
              + " connections, "
              + failures
              + " failures");
    }

    private String chain(Throwable thrown) {
      StringBuilder all = new StringBuilder();
      for (Throwable each = thrown; each != null; each = each.getCause()) {
        all.append(": ").append(each);
      }
      return all.toString();
    }
  }

  /** Adds a pair that calls so many times a second. */
  public void add(String pair, double perSecond, Work work) {
    pairs.add(new Pair(pair, perSecond, work));
  }

  /** Does as standard input says until that ends. */
  public void run() throws IOException, InterruptedException {
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      switch (words[1]) {
        case "try" ->
            CompletableFuture.allOf(
                    pairs.stream()
                        .map(pair -> CompletableFuture.runAsync(pair::call, threads))
                        .toArray(CompletableFuture[]::new))
                .join();
        case "go" -> pairs.forEach(Pair::go);
        case "stop" -> {
          for (Pair pair : pairs) {
            pair.stop();
          }
        }
        default -> throw new IllegalArgumentException(line);
      }
      int failures = pairs.stream().mapToInt(pair -> pair.failures.getAndSet(0)).sum();
      System.out.println("DONE " + words[0] + " " + failures);
    }
    System.exit(0);
  }
}
