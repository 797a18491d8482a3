package io.weft.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;

/** When the keys of a cluster are read, and which hold meanwhile. */
class IssuerKeysTest {
  private static final Duration OLD = Duration.ofMinutes(5);
  private static final Duration SOONEST = Duration.ofSeconds(10);

  private final TestClock clock = new TestClock();
  private final PublicJsonWebKey one = key("one");
  private final PublicJsonWebKey two = key("two");
  private final List<CompletableFuture<String>> reads = new ArrayList<>();
  private final IssuerKeys keys =
      new IssuerKeys(
          "the cluster",
          () -> {
            reads.add(new CompletableFuture<>());
            return reads.get(reads.size() - 1);
          },
          Runnable::run,
          clock);

  @Test
  void all_who_ask_wait_for_one_reading() {
    CompletableFuture<?> first = keys.find("one");
    CompletableFuture<?> second = keys.find("one");

    answer(Cluster.jwks(one));

    assertThat(reads).hasSize(1);
    assertThat(first.join()).isEqualTo(second.join()).isEqualTo(keys.find("one").join());
    assertThat(keys.find("one").join()).hasValue(one.getPublicKey());
  }

  @Test
  void a_key_that_is_not_known_is_looked_for_but_not_more_often_than_every_ten_seconds() {
    known(one);
    clock.forward(SOONEST);

    CompletableFuture<?> found = keys.find("two");
    answer(Cluster.jwks(one, two));
    assertThat(found.join()).isEqualTo(keys.find("two").join());
    assertThat(keys.find("two").join()).hasValue(two.getPublicKey());

    for (int i = 0; i < 1_000; i++) {
      assertThat(keys.find("no such key " + i).join()).isEmpty();
    }
    assertThat(reads).hasSize(2);
    clock.forward(SOONEST.minusMillis(1));
    assertThat(keys.find("no such key").join()).isEmpty();
    assertThat(reads).hasSize(2);
    clock.forward(Duration.ofMillis(1));
    var unused = keys.find("no such key");
    assertThat(reads).hasSize(3);
  }

  @Test
  void a_key_that_is_taken_away_counts_for_five_minutes_more_at_most() {
    known(one, two);
    clock.forward(OLD.minusMillis(1));
    assertThat(keys.find("one").join()).isPresent();

    clock.forward(Duration.ofMillis(1));
    CompletableFuture<?> asked = keys.find("one");
    answer(Cluster.jwks(two));

    assertThat(asked.join()).isEqualTo(keys.find("one").join());
    assertThat(keys.find("one").join()).isEmpty();
  }

  @Test
  void the_last_that_were_read_stay_good_while_none_can_be() {
    known(one);
    for (String nothing :
        List.of("", "no JSON", "{}", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\"}]}")) {
      clock.forward(OLD);
      CompletableFuture<?> asked = keys.find("one");
      answer(nothing);

      assertThat(asked.join()).as(nothing).isEqualTo(keys.find("one").join());
      assertThat(keys.find("one").join()).isPresent();
      assertThat(keys.trouble()).as(nothing).isNotEmpty();
    }

    clock.forward(OLD);
    var unused = keys.find("one");
    reads.get(reads.size() - 1).completeExceptionally(new IllegalStateException("away"));
    assertThat(keys.find("one").join()).isPresent();
    assertThat(keys.trouble()).isEqualTo("away");

    clock.forward(OLD);
    var again = keys.find("one");
    answer(Cluster.jwks(one));
    assertThat(again.join()).isPresent();
    assertThat(keys.trouble()).isEmpty();
  }

  @Test
  void keys_for_encryption_sign_nothing() {
    two.setUse("enc");
    var unused = keys.find("one");
    answer(Cluster.jwks(one, two));

    assertThat(keys.find("two").join()).isEmpty();
    assertThat(keys.find("one").join()).hasValue(one.getPublicKey());
  }

  private void known(PublicJsonWebKey... all) {
    var unused = keys.find("one");
    answer(Cluster.jwks(all));
  }

  private void answer(String text) {
    reads.get(reads.size() - 1).complete(text);
  }

  private static PublicJsonWebKey key(String id) {
    try {
      return Cluster.ec(id);
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }
}
