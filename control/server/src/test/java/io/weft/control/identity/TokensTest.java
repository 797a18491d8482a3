package io.weft.control.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weft.control.identity.Token.Purpose;
import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of several replicas over one store, and of one that starts again. */
class TokensTest {
  @TempDir Path data;
  private final Loop loop = new Loop();
  private final List<String> gone = new CopyOnWriteArrayList<>();
  private ConfigStore store;

  @BeforeEach
  void open() {
    store = Stores.open("embedded:" + data.resolve("store"));
  }

  @AfterEach
  void close() {
    loop.close();
    store.close();
  }

  @Test
  void a_revoked_token_is_worthless_in_every_replica_and_each_hears_of_it() {
    Tokens one = tokens();
    Tokens other = tokens();
    for (Duration life : new Duration[] {null, Duration.ofHours(1)}) {
      String text = one.create(Purpose.JOIN, "default", "orders", life, null).join();
      String id = text.split("\\.", -1)[1];
      String credential = id + "." + text.split("\\.", -1)[2];
      await().until(() -> other.check(Purpose.JOIN, credential).isPresent());

      assertThat(other.revoke(id).join()).isTrue();

      assertThat(other.check(Purpose.JOIN, credential)).isEmpty();
      await().until(() -> one.check(Purpose.JOIN, credential).isEmpty());
      await().until(() -> gone.stream().filter(id::equals).count() == 2);
      assertThat(one.all()).extracting(Token::id).doesNotContain(id);
      assertThat(one.revoke(id).join()).isFalse();
    }
  }

  @Test
  void a_token_of_a_file_stays_revoked_though_control_starts_again() throws IOException {
    Path file = data.resolve("join-token");
    Tokens first = tokens();
    first.keepFile(file, Purpose.JOIN);
    String[] parts = Files.readString(file).strip().split("\\.", -1);
    String credential = parts[1] + "." + parts[2];
    await().until(() -> store.list("trust/tokens/").join().entries().size() == 1);
    assertThat(first.check(Purpose.JOIN, credential)).isPresent();
    first.revoke(parts[1]).join();

    Tokens again = new Tokens(store, loop, Clock.systemUTC(), "root", gone::add);
    again.keepFile(file, Purpose.JOIN);
    again.start();
    await().until(again::isListed);

    assertThat(again.check(Purpose.JOIN, credential)).isEmpty();
    assertThat(store.list("trust/tokens/").join().entries())
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.value().toStringUtf8()).contains("\"secretHash\":\"\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "weft1",
        ".",
        "weft1...",
        "weft1.id..root",
        "id.",
        ".secret",
        "a b.c",
        "\u00fc.x"
      })
  void a_file_that_is_cut_off_or_was_never_a_token_makes_none(String text) throws IOException {
    Path file = data.resolve("join-token");
    Tokens tokens = tokens();
    for (byte[] bytes : List.of(text.getBytes(UTF_8), text.getBytes(ISO_8859_1))) {
      Files.write(file, bytes);

      assertThatThrownBy(() -> tokens.keepFile(file, Purpose.JOIN))
          .isInstanceOf(IOException.class)
          .hasMessage(file + " holds no token; remove it to have a new one made");
    }
    assertThat(tokens.all()).isEmpty();
    assertThat(tokens.check(Purpose.JOIN, "id.")).isEmpty();
    assertThat(tokens.check(Purpose.JOIN, ".")).isEmpty();
  }

  private Tokens tokens() {
    Tokens tokens = new Tokens(store, loop, Clock.systemUTC(), "root", gone::add);
    tokens.start();
    await().until(tokens::isListed);
    return tokens;
  }
}
