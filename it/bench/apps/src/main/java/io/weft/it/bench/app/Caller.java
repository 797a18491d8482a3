package io.weft.it.bench.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls as lines on standard input say, and tells what came of it, a line each:
 *
 * <pre>
 * run httpclient get 200 callers=8 rate=0 millis=3000
 * RAN calls=41234 failures=0 nanos=3000012345 histogram=... allocated=... gcs=... gcMillis=...
 * </pre>
 *
 * <p>At a rate of 0 each caller makes its next call as soon as it has the answer (closed loop). The
 * properties {@code race.http} and {@code race.grpc} say who is called, {@code race.tls} names the
 * folder of keys for TLS of its own, {@code race.serviceconfig} has gRPC use retries and timeouts
 * of its own.
 */
public final class Caller {
  private final Map<String, Client> clients = new HashMap<>();
  private final Load load = new Load();
  private final Usage usage = new Usage();

  private Caller() {}

  public static void main(String[] arguments) throws IOException {
    Caller caller = new Caller();
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(caller.run(line));
    }
    System.exit(0);
  }

  private String run(String line) {
    String[] words = line.split(" ");
    try {
      Client client = clients.computeIfAbsent(words[1], Client::of);
      Map<String, Long> numbers = new HashMap<>();
      for (int i = 4; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        numbers.put(words[i].substring(0, equals), Long.valueOf(words[i].substring(equals + 1)));
      }
      usage.sinceLast();
      Load.Outcome outcome =
          load.run(
              client.calls(words[2], Integer.parseInt(words[3])),
              Math.toIntExact(numbers.getOrDefault("callers", 1L)),
              numbers.getOrDefault("rate", 0L),
              numbers.getOrDefault("millis", 1000L));
      // Before the outcome is written down, which is no part of the calls.
      String used = usage.sinceLast();
      return "RAN " + outcome + " " + used;
    } catch (Exception e) {
      return "FAILED " + line + ": " + e;
    }
  }
}
