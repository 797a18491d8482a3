package io.weft.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store in a folder, which must survive crashes and never guess. */
class EmbeddedStoreTest extends ConfigStoreContract {
  @TempDir private Path folder;

  @Override
  ConfigStore open() {
    return EmbeddedStore.open(folder.resolve("contract"));
  }

  @Override
  void compact(ConfigStore opened, long revision) {
    ((EmbeddedStore) opened).compact();
  }

  @Test
  void what_was_committed_is_there_after_a_restart_in_the_same_history() throws Exception {
    Path place = folder.resolve("restart");
    ConfigStore.Position before;
    try (ConfigStore store = EmbeddedStore.open(place)) {
      put(store, "config/a", "1");
      put(store, "config/a", "2");
      before = get(store.position());
    }

    try (ConfigStore store = EmbeddedStore.open(place)) {
      assertThat(texts(store.list("config/"))).containsExactly("config/a=2");
      assertThat(get(store.position())).isEqualTo(before);
    }
  }

  @Test
  void a_commit_cut_off_by_a_crash_is_dropped_and_what_was_before_it_stands() throws Exception {
    Path place = filled("crash");
    byte[] whole = Files.readAllBytes(place.resolve("journal"));
    for (int cut = 1; cut < 20; cut++) {
      Files.write(place.resolve("journal"), Arrays.copyOf(whole, whole.length - cut));

      try (ConfigStore store = EmbeddedStore.open(place)) {
        assertThat(texts(store.list("config/"))).containsExactly("config/a=1");
      }
    }
  }

  @Test
  void a_change_in_the_midst_of_the_journal_is_refused_naming_the_file_and_the_mend()
      throws Exception {
    Path place = filled("corrupt");
    byte[] bytes = Files.readAllBytes(place.resolve("journal"));
    bytes[30] ^= 0x55;
    Files.write(place.resolve("journal"), bytes);

    assertThatThrownBy(() -> EmbeddedStore.open(place))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(place.resolve("journal").toString())
        .hasMessageContaining("from a backup")
        .hasMessageNotContaining("\n");
    assertThat(Files.readAllBytes(place.resolve("journal"))).isEqualTo(bytes);
  }

  @Test
  void a_file_that_is_no_journal_is_refused() throws Exception {
    Path place = filled("foreign");
    Files.writeString(place.resolve("journal"), "once upon a time there was a store");

    assertThatThrownBy(() -> EmbeddedStore.open(place))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("journal");
  }

  @Test
  void a_folder_is_open_once() throws Exception {
    Path place = filled("twice");
    try (ConfigStore store = EmbeddedStore.open(place)) {
      assertThatThrownBy(() -> EmbeddedStore.open(place))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(place.toString())
          .hasMessageContaining("in use");
      assertThat(texts(store.list("config/"))).hasSize(2);
    }
  }

  private Path filled(String name) throws Exception {
    Path place = folder.resolve(name);
    try (ConfigStore store = EmbeddedStore.open(place)) {
      put(store, "config/a", "1");
      put(store, "config/b", "a value long enough to be cut off by any of the cuts");
    }
    return place;
  }

  private static void put(ConfigStore store, String key, String value) throws Exception {
    assertThat(get(store.commit(new Commit().put(key, value))).done()).isTrue();
  }
}
