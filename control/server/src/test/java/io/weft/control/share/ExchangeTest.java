package io.weft.control.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.control.compile.ServiceId;
import io.weft.control.loop.Loop;
import io.weft.control.replica.Replicas;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replicas of control tell one another by way of the store. */
class ExchangeTest {
  private static final ServiceId STOCK = new ServiceId("default", "stock");
  private static final Limit LIMIT = new Limit(100, 100, true);

  private final Loop loop = new Loop();
  private final Shares here = new Shares(System::nanoTime);
  private final Shares there = new Shares(System::nanoTime);
  private ConfigStore store;

  @BeforeEach
  void open(@TempDir Path data) {
    store = Stores.open("embedded:" + data.resolve("store"));
  }

  @AfterEach
  void close() {
    loop.close();
    store.close();
  }

  @Test
  void each_counts_what_instances_of_the_other_are_asked() {
    exchange("here", here);
    exchange("there", there);
    loop.every(Duration.ofMillis(20), () -> asked(there, 300));

    await().until(() -> onLoop(() -> asked(here, 100)) < 0.3);
  }

  @Test
  void what_a_replica_told_that_is_gone_is_taken_away() {
    store.commit(new Commit().put("demand/gone", "{}")).join();
    exchange("here", here);

    await().until(() -> store.list("demand/gone").join().entries().isEmpty());
  }

  @Test
  void one_that_is_alone_writes_nothing() {
    exchange("here", here);
    loop.every(Duration.ofMillis(20), () -> asked(here, 100));
    store.commit(new Commit().put("demand/gone", "{}")).join();
    await().until(() -> store.list("demand/gone").join().entries().isEmpty());

    assertThat(store.list("demand/").join().entries()).isEmpty();
  }

  private void exchange(String replica, Shares shares) {
    Replicas replicas = new Replicas(store, loop, replica, () -> {});
    Exchange exchange = new Exchange(store, loop, replica, replicas, shares);
    loop.execute(
        () -> {
          replicas.start(replica + ":1");
          exchange.start();
        });
    loop.every(Duration.ofMillis(20), exchange::tell);
  }

  private static double asked(Shares shares, int offered) {
    return shares.demand(STOCK, "one of many", LIMIT, new Demand(offered, 0, 1), 2);
  }

  private <T> T onLoop(Supplier<T> what) {
    return loop.ask(what).join();
  }
}
