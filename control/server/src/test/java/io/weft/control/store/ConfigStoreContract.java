package io.weft.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.ConfigStore.Listing;
import io.weft.control.store.ConfigStore.Position;
import io.weft.control.store.ConfigStore.Presence;
import io.weft.control.store.ConfigStore.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What control relies on, whichever store it is given. */
@SuppressWarnings("try") // a watch is watched, not called
abstract class ConfigStoreContract {
  private ConfigStore store;

  /** Opens the store, empty for each test. */
  abstract ConfigStore open() throws Exception;

  /** Has the store forget how it came to what it holds. */
  abstract void compact(ConfigStore opened, long revision);

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void what_is_committed_is_listed_by_prefix_in_order_of_keys() throws Exception {
    done(new Commit().put("config/b", "2").put("config/a", "1").put("other/c", "3"));

    assertThat(texts(store.list("config/"))).containsExactly("config/a=1", "config/b=2");
  }

  @Test
  void a_listing_holds_all_there_is_however_many_keys_and_however_long() throws Exception {
    List<String> keys = new ArrayList<>();
    for (int from = 0; from < 2_500; from += 100) {
      Commit commit = new Commit();
      for (int i = from; i < from + 100; i++) {
        String key = "instances/%05d".formatted(i);
        keys.add(key);
        commit.put(key, "1");
      }
      done(commit);
    }
    String megabyte = "x".repeat(1_000_000);
    long revision = 0;
    for (int i = 0; i < 6; i++) {
      revision = done(new Commit().put("config/" + i, megabyte));
    }

    Listing instances = get(store.list("instances/"));

    assertThat(instances.entries()).extracting(Entry::key).containsExactlyElementsOf(keys);
    assertThat(instances.position().revision()).isEqualTo(revision);
    assertThat(get(store.list("config/")).entries())
        .hasSize(6)
        .allMatch(each -> each.value().size() == megabyte.length());
  }

  @Test
  void a_commit_is_done_whole_or_not_at_all() throws Exception {
    long revision = done(new Commit().put("config/a", "1"));

    Commit.Result late =
        get(
            store.commit(
                new Commit()
                    .unchanged("config/a", revision)
                    .unchanged("config/b", 1)
                    .put("config/a", "2")
                    .put("config/c", "3")));

    assertThat(late.done()).isFalse();
    assertThat(texts(store.list("config/"))).containsExactly("config/a=1");
  }

  @Test
  void conditions_name_the_revision_that_last_changed_a_key_and_0_for_none() throws Exception {
    Commit once = new Commit().unchanged("config/a", 0).put("config/a", "1");
    long revision = done(once);

    assertThat(get(store.commit(once)).done()).isFalse();
    done(new Commit().unchanged("config/a", revision).put("config/a", "2"));
    assertThat(texts(store.list("config/"))).containsExactly("config/a=2");
  }

  @Test
  void conditions_alone_are_checked_and_change_nothing() throws Exception {
    long revision = done(new Commit().put("config/a", "1"));

    assertThat(get(store.commit(new Commit().unchanged("config/a", revision))).done()).isTrue();
    assertThat(get(store.commit(new Commit().unchanged("config/a", revision + 7))).done())
        .isFalse();
    assertThat(get(store.list("config/")).entries().get(0).modified()).isEqualTo(revision);
  }

  @Test
  void a_deleted_key_is_gone_and_may_be_made_anew() throws Exception {
    done(new Commit().put("config/a", "1"));
    done(new Commit().delete("config/a"));

    assertThat(texts(store.list("config/"))).isEmpty();
    done(new Commit().unchanged("config/a", 0).put("config/a", "2"));
  }

  @Test
  void a_listing_and_a_watch_after_it_see_every_change_once_and_in_order() throws Exception {
    done(new Commit().put("config/0", "before"));
    Listing listing = get(store.list("config/"));
    done(new Commit().put("config/1", "between"));
    Heard heard = new Heard();
    try (Watch watch = store.watch("config/", listing.position().revision(), heard)) {
      for (int i = 2; i < 50; i++) {
        done(new Commit().put("config/" + i, "after").put("other/" + i, "not asked for"));
      }
      done(new Commit().delete("config/0"));

      List<String> expected = new ArrayList<>();
      expected.add("config/1=between");
      IntStream.range(2, 50).forEach(i -> expected.add("config/" + i + "=after"));
      expected.add("config/0 gone");
      await().untilAsserted(() -> assertThat(heard.changes).isEqualTo(expected));
    }
  }

  @Test
  void changes_of_one_commit_are_told_together() throws Exception {
    Heard heard = new Heard();
    Listing listing = get(store.list("config/"));
    try (Watch watch = store.watch("config/", listing.position().revision(), heard)) {
      done(new Commit().put("config/a", "1").put("config/b", "2").put("config/c", "3"));

      await().until(() -> heard.changes.size() == 3);
      assertThat(heard.calls).isEqualTo(1);
    }
  }

  @Test
  void a_closed_watch_is_told_nothing_more() throws Exception {
    Heard heard = new Heard();
    Heard other = new Heard();
    long revision = get(store.position()).revision();
    try (Watch still = store.watch("config/", revision, other)) {
      store.watch("config/", revision, heard).close();
      done(new Commit().put("config/a", "1"));

      await().until(() -> other.changes.size() == 1);
      assertThat(heard.changes).isEmpty();
    }
  }

  @Test
  void a_watch_from_before_compaction_ends_and_a_listing_goes_on() throws Exception {
    long first = done(new Commit().put("config/a", "1"));
    done(new Commit().put("config/a", "2"));
    long last = done(new Commit().put("config/a", "3"));
    compact(store, last);
    Heard heard = new Heard();

    try (Watch watch = store.watch("config/", first, heard)) {
      await().until(() -> heard.ended != null);
    }
    Listing listing = get(store.list("config/"));
    Heard again = new Heard();
    try (Watch watch = store.watch("config/", listing.position().revision(), again)) {
      done(new Commit().put("config/a", "4"));
      await().untilAsserted(() -> assertThat(again.changes).containsExactly("config/a=4"));
    }
  }

  @Test
  void positions_go_up_in_one_history() throws Exception {
    Position before = get(store.position());
    done(new Commit().put("config/a", "1"));
    Position after = get(store.position());

    assertThat(after.wentBackSince(before)).isFalse();
    assertThat(before.wentBackSince(after)).isTrue();
  }

  @Test
  void large_values_and_many_keys_come_back_as_they_were() throws Exception {
    String large = "x".repeat(1_000_000);
    done(new Commit().put("config/large", large));
    for (int commit = 0; commit < 20; commit++) {
      Commit many = new Commit();
      for (int i = 0; i < 100; i++) {
        many.put("many/" + commit + "/" + i, "v");
      }
      done(many);
    }

    assertThat(get(store.list("config/")).entries().get(0).value().toStringUtf8()).isEqualTo(large);
    assertThat(get(store.list("many/")).entries()).hasSize(2_000);
  }

  @Test
  void a_presence_is_there_until_it_is_closed() throws Exception {
    Presence presence =
        get(store.announce("replicas/one", ByteString.copyFromUtf8("here"), Duration.ofSeconds(5)));
    assertThat(texts(store.list("replicas/"))).containsExactly("replicas/one=here");

    presence.close();

    await().untilAsserted(() -> assertThat(texts(store.list("replicas/"))).isEmpty());
  }

  final long done(Commit commit) throws Exception {
    Commit.Result result = get(store.commit(commit));
    assertThat(result.done()).isTrue();
    return result.revision();
  }

  static <T> T get(CompletableFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(20, TimeUnit.SECONDS);
  }

  static List<String> texts(CompletableFuture<Listing> listing) throws Exception {
    return get(listing).entries().stream().map(ConfigStoreContract::text).toList();
  }

  private static String text(Entry entry) {
    return entry.key() + "=" + entry.value().toStringUtf8();
  }

  private static final class Heard implements ConfigStore.Watcher {
    private final List<String> changes = new CopyOnWriteArrayList<>();
    private volatile int calls;
    private volatile @Nullable String ended;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // told by one thread after another
    public void changed(long revision, List<Change> news) {
      calls++;
      for (Change change : news) {
        Entry now = change.now();
        changes.add(now == null ? change.key() + " gone" : text(now));
      }
    }

    @Override
    public void ended(String reason) {
      ended = reason;
    }
  }
}
