package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Subscribe;
import io.weft.api.v1.Update;
import io.weft.core.log.Log;
import io.weft.core.log.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigCacheTest {

  private static final ConfigCache.Content CONTENT =
      new ConfigCache.Content(
          Update.newBuilder().addResources(Resources.names("n1", "stock")).build(),
          Subscribe.newBuilder().addServices("default/stock").build());

  @TempDir Path dir;

  private Path file;
  private ConfigCache cache;

  @BeforeEach
  void make() {
    file = dir.resolve("mesh").resolve("default").resolve("orders.config");
    cache = new ConfigCache(file.toFile());
    Log.threshold(LogLevel.OFF);
  }

  @AfterEach
  void restore() {
    Log.threshold(LogLevel.INFO);
  }

  @Test
  void is_empty_at_first_and_says_nothing_of_it() {
    Log.warn("before");

    assertThat(cache.load()).isEmpty();
    assertThat(Log.lastProblem()).isEqualTo("before");
  }

  @Test
  void gives_back_what_was_saved_last() throws IOException {
    cache.save(
        new ConfigCache.Content(Update.getDefaultInstance(), Subscribe.getDefaultInstance()));
    cache.save(CONTENT);

    assertThat(cache.load()).hasValue(CONTENT);
    try (Stream<Path> beside = Files.list(file.getParent())) {
      assertThat(beside).containsExactly(file);
    }
  }

  @Test
  void can_be_read_by_its_owner_alone() throws IOException {
    cache.save(CONTENT);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_file_cut_off_anywhere_is_ignored_and_named() throws IOException {
    cache.save(CONTENT);
    byte[] whole = Files.readAllBytes(file);

    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(cache.load()).as("%d of %d bytes", length, whole.length).isEmpty();
      assertThat(Log.lastProblem()).contains(file.toString()).contains("is damaged");
    }
  }

  @Test
  void a_file_with_any_byte_altered_is_ignored() throws IOException {
    cache.save(CONTENT);
    byte[] whole = Files.readAllBytes(file);

    for (int i = 0; i < whole.length; i++) {
      byte[] altered = whole.clone();
      altered[i] ^= 0x10;
      Files.write(file, altered);
      assertThat(cache.load()).as("byte %d", i).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw--w----", "rw-----w-"})
  void a_file_that_others_can_write_is_ignored_and_named(String permissions) throws IOException {
    cache.save(CONTENT);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    assertThat(cache.load()).isEmpty();
    assertThat(Log.lastProblem()).contains(file.toString()).contains("can be written by others");
    cache.save(CONTENT);
    assertThat(cache.load()).hasValue(CONTENT);
  }

  @Test
  void a_folder_that_cannot_be_made_is_said_and_no_more() throws IOException {
    Files.writeString(dir.resolve("mesh"), "a file where a folder should be");

    cache.save(CONTENT);

    assertThat(Log.lastProblem()).contains("cannot be kept on disk").contains(file.toString());
  }
}
