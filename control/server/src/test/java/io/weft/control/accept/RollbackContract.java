package io.weft.control.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.control.accept.Acceptance.Outcome;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Problem;
import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** History and the way back, by two replicas of control over one store. */
abstract class RollbackContract {
  private static final Author ANN = new Author("ann", "t0", "admin");

  private ConfigStore store;
  private Replica one;
  private Replica other;

  /** An empty store. */
  abstract ConfigStore open();

  private static final class Replica implements AutoCloseable {
    final Loop loop = new Loop();
    final Acceptance acceptance;

    Replica(ConfigStore store) {
      acceptance = new Acceptance(store, loop, Clock.systemUTC(), accepted -> {});
      loop.execute(acceptance::start);
    }

    long generation() {
      return loop.ask(() -> acceptance.inForce().generation()).join();
    }

    List<String> inForce() {
      return loop.ask(() -> acceptance.inForce().documents().values()).join().stream()
          .map(each -> each.document().text())
          .sorted()
          .toList();
    }

    @Override
    public void close() {
      CompletableFuture.runAsync(acceptance::close, loop).join();
      loop.close();
    }
  }

  @BeforeEach
  void start() {
    store = open();
    one = new Replica(store);
    await().until(() -> one.generation() > 0);
    other = new Replica(store);
    await().until(() -> other.generation() > 0);
  }

  @AfterEach
  void stop() {
    one.close();
    other.close();
    store.close();
  }

  @Test
  void documents_are_put_back_as_they_were_as_a_generation_of_its_own() throws Exception {
    long then = apply(timeout("shop", "changed", "1s"), timeout("shop", "deleted", "1s"));
    apply(timeout("shop", "changed", "2s"), timeout("shop", "created", "2s"));
    done(one.acceptance.delete(timeout("shop", "deleted", "1s").key(), ANN));

    Outcome back = rollback(other, then, "");

    assertThat(back.problems()).isEmpty();
    assertThat(back.generation()).isEqualTo(then + 3);
    assertThat(back.done())
        .extracting(done -> done.key() + " " + done.action())
        .containsExactly(
            "Timeout/shop/changed changed",
            "Timeout/shop/created deleted",
            "Timeout/shop/deleted created");
    for (Replica each : List.of(one, other)) {
      await()
          .untilAsserted(
              () ->
                  assertThat(each.inForce())
                      .containsExactly(
                          timeout("shop", "changed", "1s").text(),
                          timeout("shop", "deleted", "1s").text()));
    }
    History.Step step = new History(store).newest(1).get(10, TimeUnit.SECONDS).get(0);
    assertThat(step.backTo()).isEqualTo(then);
    assertThat(step.author()).isEqualTo("ann");
    // What was written is put back with it, so that it stays.
    assertThat(store.list("config/").get(10, TimeUnit.SECONDS).entries())
        .extracting(entry -> entry.value().toStringUtf8())
        .containsExactlyElementsOf(one.inForce());
  }

  @Test
  void a_rollback_can_be_rolled_back() throws Exception {
    long first = apply(timeout("shop", "stock", "1s"));
    long second = apply(timeout("shop", "stock", "2s"));

    rollback(one, first, "");
    rollback(one, second, "");

    await()
        .untilAsserted(
            () -> assertThat(one.inForce()).containsExactly(timeout("shop", "stock", "2s").text()));
  }

  @Test
  void of_one_namespace_alone_the_others_stay_as_they_are() throws Exception {
    long then = one.generation();
    apply(timeout("shop", "stock", "1s"), timeout("bank", "stock", "1s"));

    Outcome back = rollback(one, then, "shop");

    assertThat(back.done())
        .extracting(done -> done.key() + " " + done.action())
        .containsExactly("Timeout/shop/stock deleted");
    await()
        .untilAsserted(
            () -> assertThat(one.inForce()).containsExactly(timeout("bank", "stock", "1s").text()));
  }

  @Test
  void what_would_tie_with_a_document_in_force_is_not_put_back() throws Exception {
    long then = apply(timeout("shop", "stock", "1s"));
    done(one.acceptance.delete(timeout("shop", "stock", "1s").key(), ANN));
    apply(ofTheSystem());

    Outcome back = rollback(one, then, "shop");

    assertThat(back.problems())
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .contains("Timeout/shop/stock ties with Timeout/weft-system/stock");
    assertThat(one.inForce()).containsExactly(ofTheSystem().text());
  }

  @Test
  void a_dry_run_tells_both_texts_and_changes_nothing() throws Exception {
    long then = apply(timeout("shop", "stock", "1s"));
    apply(timeout("shop", "stock", "2s"));

    Outcome back = done(one.acceptance.rollback(then, "", ANN, true));

    assertThat(back.done())
        .singleElement()
        .satisfies(
            done -> {
              assertThat(done.before()).contains(timeout("shop", "stock", "2s").text());
              assertThat(done.after()).contains(timeout("shop", "stock", "1s").text());
            });
    assertThat(one.generation()).isEqualTo(then + 1);
  }

  @Test
  void rollbacks_of_two_replicas_at_once_leave_what_one_of_them_put_back() throws Exception {
    long first = apply(timeout("shop", "stock", "1s"));
    long second = apply(timeout("shop", "stock", "2s"));
    apply(timeout("shop", "stock", "3s"));

    for (int i = 0; i < 5; i++) {
      var mine = one.acceptance.rollback(first, "", ANN, false);
      var theirs = other.acceptance.rollback(second, "", ANN, false);
      assertThat(done(mine).problems()).isEmpty();
      assertThat(done(theirs).problems()).isEmpty();

      long newest = Math.max(done(mine).generation(), done(theirs).generation());
      String winner = done(mine).generation() == newest ? "1s" : "2s";
      await().until(() -> one.generation() == newest && other.generation() == newest);
      assertThat(one.inForce()).containsExactly(timeout("shop", "stock", winner).text());
      assertThat(other.inForce()).isEqualTo(one.inForce());
    }
  }

  @Test
  void history_is_bounded_and_what_it_has_forgotten_is_not_gone_back_to() throws Exception {
    long first = apply(timeout("shop", "stock", "1s"));
    for (int i = 0; i < History.KEPT + 20; i++) {
      apply(timeout("shop", "stock", (i + 2) + "s"));
    }

    await()
        .untilAsserted(
            () ->
                assertThat(store.list("history/").get(10, TimeUnit.SECONDS).entries())
                    .hasSizeLessThan(History.KEPT + 10));
    assertThat(rollback(one, first, "").problems())
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .startsWith("generation " + first + " is not known any more: the oldest is ");
    assertThat(rollback(one, first + 1_000, "").problems())
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .startsWith("there is no generation " + (first + 1_000) + " yet: the newest is ");
    long oldest = one.generation() - History.KEPT;
    assertThat(rollback(one, oldest, "").problems()).isEmpty();
  }

  private long apply(Document... documents) throws Exception {
    Outcome outcome = done(one.acceptance.apply(List.of(documents), ANN, false));
    assertThat(outcome.problems()).isEmpty();
    return outcome.generation();
  }

  private static Outcome rollback(Replica by, long generation, String namespace) throws Exception {
    return done(by.acceptance.rollback(generation, namespace, ANN, false));
  }

  private static <T> T done(CompletableFuture<T> asked) throws Exception {
    return asked.get(20, TimeUnit.SECONDS);
  }

  private static Document timeout(String namespace, String name, String request) {
    return document(
        """
        apiVersion: weft.io/v1
        kind: Timeout
        metadata: {name: %s, namespace: %s}
        spec: {to: {service: %1$s}, conf: {request: %s}}
        """
            .formatted(name, namespace, request));
  }

  private static Document ofTheSystem() {
    return document(
        """
        apiVersion: weft.io/v1
        kind: Timeout
        metadata: {name: stock, namespace: weft-system}
        spec: {to: {namespace: shop, service: stock}, conf: {request: 1s}}
        """);
  }

  private static Document document(String text) {
    return new DocumentReader()
        .read("test", text.getBytes(StandardCharsets.UTF_8))
        .documents()
        .get(0);
  }
}
