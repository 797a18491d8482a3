package io.weft.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.weft.control.identity.Token.Purpose;
import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Nothing opens the mesh but a token as it was made, for what it was made, and while it counts. */
class TokensFuzz {
  private static final List<String> TEXTS = new ArrayList<>();
  private static final Loop LOOP = new Loop();
  private static ConfigStore store;
  private static Tokens tokens;
  private static Proof join;
  private static Proof admin;

  @BeforeAll
  static void open(@TempDir Path data) {
    store = Stores.open("embedded:" + data.resolve("store"));
    tokens = new Tokens(store, LOOP, Clock.systemUTC(), "root", gone -> {});
    tokens.start();
    join = made(Purpose.JOIN, Duration.ofDays(1));
    admin = made(Purpose.ADMIN, null);
    made(Purpose.JOIN, Duration.ofDays(-1));
    tokens.revoke(made(Purpose.ADMIN, null).id()).join();
  }

  @AfterAll
  static void close() {
    LOOP.close();
    store.close();
  }

  @FuzzTest
  void a_credential_is_good_only_as_it_was_made(FuzzedDataProvider data) {
    Purpose purpose = data.pickValue(Purpose.values());
    String text = data.consumeBoolean() ? mutated(data.pickValue(TEXTS), data) : "";
    text += data.consumeRemainingAsString();
    Proof good = purpose == Purpose.JOIN ? join : admin;

    assertThat(tokens.check(purpose, text).isPresent()).isEqualTo(text.equals(credential(good)));
    Proof.ofText(purpose, text)
        .ifPresent(
            proof -> {
              assertThat(proof.id()).matches("[\\w-]+");
              assertThat(proof.secret()).matches("[\\w-]+");
              assertThat(tokens.check(purpose, credential(proof)).isPresent())
                  .isEqualTo(proof.equals(good));
            });
  }

  private static Proof made(Purpose purpose, @Nullable Duration life) {
    String text = tokens.create(purpose, "", "", life, null).join();
    Proof proof = Proof.ofText(purpose, text).orElseThrow();
    await().until(() -> tokens.all().stream().anyMatch(token -> token.id().equals(proof.id())));
    TEXTS.add(text);
    TEXTS.add(credential(proof));
    return proof;
  }

  private static String credential(Proof proof) {
    return proof.id() + "." + proof.secret();
  }

  private static String mutated(String made, FuzzedDataProvider data) {
    StringBuilder text = new StringBuilder(made);
    for (int edits = data.consumeInt(0, 3); edits > 0; edits--) {
      int at = data.consumeInt(0, text.length());
      int over = data.consumeInt(0, 40);
      text.replace(at, Math.min(text.length(), at + over), data.consumeString(8));
    }
    return text.toString();
  }
}
