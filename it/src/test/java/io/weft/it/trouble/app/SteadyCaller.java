package io.weft.it.trouble.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls a URL as often as standard input says, however long the answers take: {@code n run
 * perSecond calls} tells at the end what came of them, each timed from when it should have begun.
 */
public final class SteadyCaller {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpRequest request;

  private SteadyCaller(String url) {
    this.request = HttpRequest.newBuilder(URI.create(url)).build();
  }

  public static void main(String[] args) throws IOException {
    SteadyCaller caller = new SteadyCaller(args[0]);
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      caller.run(words[0], Integer.parseInt(words[2]), Integer.parseInt(words[3]));
    }
  }

  private void run(String number, int perSecond, int calls) {
    Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    long[] took = new long[calls];
    CompletableFuture<?>[] all = new CompletableFuture<?>[calls];
    long begin = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      int call = i;
      long due = begin + i * SECOND / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      all[i] =
          CompletableFuture.runAsync(
              () -> {
                outcomes.merge(call(), 1, Integer::sum);
                took[call] = System.nanoTime() - due;
              },
              threads);
    }
    CompletableFuture.allOf(all).join();
    Arrays.sort(took);
    System.out.println(
        "RAN "
            + number
            + " p50="
            + took[calls / 2] / 1_000
            + " p99="
            + took[calls * 99 / 100] / 1_000
            + " "
            + new TreeMap<>(outcomes));
  }

  private String call() {
    try {
      return Integer.toString(
          http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
