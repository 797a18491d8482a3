package io.weft.cli.demo;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A few customers who never tire: every so often one looks at the shelves or buys something. */
final class Traffic {
  static final String TESTERS = "testers";

  private static final List<String> ITEMS =
      List.of("tea", "honey", "bread", "jam", "cheese", "wine");
  private static final int LOOKS_PERCENT = 20;
  private static final int TESTERS_PERCENT = 10;
  private static final int MOST_AT_ONCE = 32;

  private final Random random = new Random();
  private final AtomicInteger visitors = new AtomicInteger();
  private final Customer customer;
  private volatile boolean stopped;

  private Traffic(Customer customer) {
    this.customer = customer;
  }

  /** Starts so many visits a second, as long as answers keep up. */
  static Traffic start(Customer customer, int perSecond) {
    Traffic traffic = new Traffic(customer);
    Thread thread = new Thread(() -> traffic.run(1_000 / perSecond), "traffic");
    thread.setDaemon(true);
    thread.start();
    return traffic;
  }

  private void run(long pauseMillis) {
    while (!stopped) {
      visit();
      Await.pause(pauseMillis);
    }
  }

  private void visit() {
    if (visitors.get() >= MOST_AT_ONCE) {
      return;
    }
    visitors.incrementAndGet();
    CompletableFuture<Customer.Visit> visit =
        random.nextInt(100) < LOOKS_PERCENT
            ? customer.look()
            : customer.buy(
                ITEMS.get(random.nextInt(ITEMS.size())),
                random.nextInt(100) < TESTERS_PERCENT ? TESTERS : "");
    var unused = visit.thenRun(visitors::decrementAndGet);
  }

  void stop() {
    stopped = true;
  }
}
