package io.weft.control.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.loop.Loop;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptanceTest {
  private static final String KEY = "config/Timeout/default/stock";
  private static final Author ME = new Author("me", "t0", "admin");

  private final Loop loop = new Loop();
  private final AtomicInteger commits = new AtomicInteger();
  private final LinkedBlockingDeque<Accepted> told = new LinkedBlockingDeque<>();
  private ConfigStore store;
  private Acceptance acceptance;

  @BeforeEach
  void start(@TempDir Path folder) {
    store = counting(Stores.open("embedded:" + folder));
    acceptance = new Acceptance(store, loop, Clock.systemUTC(), told::add);
    loop.execute(acceptance::start);
    await().until(() -> generation() == 1);
  }

  @AfterEach
  void stop() {
    loop.ask(
            () -> {
              acceptance.close();
              return 0;
            })
        .join();
    loop.close();
    store.close();
  }

  @Test
  void an_applied_document_is_one_step_of_history_and_so_is_its_deletion() throws Exception {
    for (int i = 0; i < 20; i++) {
      acceptance.apply(timeout("1s"), ME, false).get(10, TimeUnit.SECONDS);
      assertThat(acceptance.delete(timeout("1s").get(0).key(), ME).get(10, TimeUnit.SECONDS))
          .isPresent();
    }
    settled();

    assertThat(new History(store).newest(1000).get(10, TimeUnit.SECONDS))
        .hasSize(40)
        .allSatisfy(
            step -> {
              assertThat(step.author()).isEqualTo("me");
              assertThat(step.token()).isEqualTo("t0");
              assertThat(step.role()).isEqualTo("admin");
            });
    assertThat(inForce()).isEmpty();
  }

  @Test
  void what_is_applied_is_written_once_and_nothing_is_written_in_vain() throws Exception {
    settled();
    commits.set(0);

    for (int i = 1; i <= 5; i++) {
      String request = i + "s";
      acceptance.apply(timeout(request), ME, false).get(10, TimeUnit.SECONDS);
      await().untilAsserted(() -> assertThat(inForce()).containsExactly(text(request)));
    }
    settled();

    assertThat(commits).hasValue(5 + 1); // the one more is that of settled()
  }

  @Test
  void a_document_written_straight_into_the_store_is_taken_up() throws Exception {
    store.commit(new Commit().put(KEY, text("1s"))).get(10, TimeUnit.SECONDS);
    await().untilAsserted(() -> assertThat(inForce()).containsExactly(text("1s")));

    store.commit(new Commit().delete(KEY)).get(10, TimeUnit.SECONDS);
    await().untilAsserted(() -> assertThat(inForce()).isEmpty());
  }

  @Test
  void a_mistake_written_straight_into_the_store_is_told_and_the_last_good_text_stays()
      throws Exception {
    acceptance.apply(timeout("1s"), ME, false).get(10, TimeUnit.SECONDS);

    store.commit(new Commit().put(KEY, text("soon"))).get(10, TimeUnit.SECONDS);

    await()
        .untilAsserted(
            () ->
                assertThat(loop.ask(acceptance::problems).join())
                    .containsOnlyKeys("Timeout/default/stock"));
    assertThat(inForce()).containsExactly(text("1s"));

    store.commit(new Commit().put(KEY, text("2s"))).get(10, TimeUnit.SECONDS);
    await().untilAsserted(() -> assertThat(inForce()).containsExactly(text("2s")));
    assertThat(loop.ask(acceptance::problems).join()).isEmpty();
  }

  private ConfigStore counting(ConfigStore real) {
    return (ConfigStore)
        Proxy.newProxyInstance(
            ConfigStore.class.getClassLoader(),
            new Class<?>[] {ConfigStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("commit")) {
                commits.incrementAndGet();
              }
              return method.invoke(real, arguments);
            });
  }

  // Everything the store had to tell has been heard, and answered.
  private void settled() throws Exception {
    acceptance.apply(timeout("9s"), ME, true).get(10, TimeUnit.SECONDS);
    long before;
    do {
      before = store.position().get(10, TimeUnit.SECONDS).revision();
      told.poll(500, TimeUnit.MILLISECONDS);
    } while (store.position().get(10, TimeUnit.SECONDS).revision() != before);
  }

  private long generation() {
    return loop.ask(() -> acceptance.inForce().generation()).join();
  }

  private List<String> inForce() {
    return loop.ask(() -> acceptance.inForce().documents().values()).join().stream()
        .map(each -> each.document().text())
        .toList();
  }

  private static List<Document> timeout(String request) {
    return new DocumentReader()
        .read("test", text(request).getBytes(StandardCharsets.UTF_8))
        .documents();
  }

  private static String text(String request) {
    return """
        apiVersion: weft.io/v1
        kind: Timeout
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf: {request: %s}
        """
        .formatted(request);
  }
}
