package io.weft.it.trouble.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers 200, unless standard input has put it in another mood: {@code n mood failing slow millis}
 * has it answer so many of a hundred requests with 503 and so many late. {@code n served} tells how
 * many requests came since it was asked last.
 */
public final class MoodyServer {
  private static final int BACKLOG = 1_000;
  private static final int PERCENT = 100;
  // Prime to a hundred: spreads what a few of a hundred suffer.
  private static final int STRIDE = 37;

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private volatile int failing;
  private volatile int slow;
  private volatile long millis;

  private MoodyServer() {}

  public static void main(String[] args) throws IOException {
    new MoodyServer().run();
  }

  private void run() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println("serving on port " + server.getAddress().getPort());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      if (words[1].equals("mood")) {
        failing = Integer.parseInt(words[2]);
        slow = Integer.parseInt(words[3]);
        millis = Long.parseLong(words[4]);
        System.out.println("MOOD " + words[0]);
      } else {
        int all = requests.get();
        System.out.println("SERVED " + words[0] + " " + (all - told.getAndSet(all)));
      }
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    int spread = requests.getAndIncrement() * STRIDE % PERCENT;
    if (spread < slow) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    exchange.sendResponseHeaders(spread < failing ? 503 : 200, -1);
    exchange.close();
  }
}
