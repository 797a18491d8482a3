package io.weft.control.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.JwtAuthentication;
import io.weft.api.v1.Resource;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.compile.Compiler;
import io.weft.control.compile.ServiceId;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Problem;
import io.weft.control.keys.KeptKeys.Fetched;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * When the keys of issuers are fetched, and what becomes of them; by a clock that the test moves.
 */
class KeySetsTest {
  private static final String URI = "https://login.example.com/keys";

  private final Moving clock = new Moving();
  private int fetches;
  private int changes;
  private CompletableFuture<Fetched<String>> answer = answered("{\"keys\":[1]}");
  private final KeySets keys =
      new KeySets(
          uri -> {
            fetches++;
            return answer;
          },
          Runnable::run,
          clock,
          () -> changes++);

  @Test
  void the_keys_an_issuer_shows_are_pushed_with_the_policy_and_one_that_is_written_stays() {
    keys.accepted(documents(URI, ""));

    assertThat(pushed().getJwks()).isEqualTo("{\"keys\":[1]}");
    assertThat(changes).isEqualTo(1);
    assertThat(pushedOf(documents("", "{\"keys\": []}")).getJwks()).isEqualTo("{\"keys\": []}");
  }

  @Test
  void a_policy_is_pushed_without_keys_until_they_are_there() {
    answer = new CompletableFuture<>();
    keys.accepted(documents(URI, ""));
    Resource before = resource(documents(URI, ""));
    assertThat(before.getInbound().getJwtAuthentications(0).getJwks()).isEmpty();

    answer.complete(new Fetched<>("{\"keys\":[2]}", Optional.empty()));

    assertThat(pushed().getJwks()).isEqualTo("{\"keys\":[2]}");
    assertThat(resource(documents(URI, "")).getVersion()).isNotEqualTo(before.getVersion());
  }

  @ParameterizedTest
  @CsvSource({"'',300", "60,60", "0,10", "9,10", "86400,3600"})
  void they_are_fetched_again_as_they_age_within_bounds(String maxAge, int seconds) {
    answer = answered("{\"keys\":[1]}", maxAge);
    keys.accepted(documents(URI, ""));

    passes(Duration.ofSeconds(seconds).minusMillis(1));
    assertThat(fetches).isEqualTo(1);
    passes(Duration.ofMillis(1));

    assertThat(fetches).isEqualTo(2);
    assertThat(changes).as("the same keys are no news").isEqualTo(1);
  }

  @Test
  void an_unknown_key_has_them_fetched_but_never_oftener_than_every_ten_seconds() {
    keys.accepted(documents(URI, ""));
    passes(Duration.ofSeconds(20));

    for (int i = 0; i < 300; i++) {
      keys.unknownKeys(List.of(URI, "https://of.no.document/keys"));
      passes(Duration.ofMillis(100));
    }

    assertThat(fetches).as("one at first, then at 20, 30, 40 and 50 s").isEqualTo(5);
  }

  @Test
  void what_cannot_be_fetched_leaves_the_last_good_keys_and_is_told_until_it_can() {
    keys.accepted(documents(URI, ""));
    answer = CompletableFuture.failedFuture(new IOException("it answers 500"));
    passes(Duration.ofMinutes(5));

    assertThat(pushed().getJwks()).isEqualTo("{\"keys\":[1]}");
    assertThat(keys.problems())
        .containsExactly(
            new Problem(
                "JwtAuthentication/default/users",
                0,
                "spec.conf.jwksUri",
                URI
                    + " cannot be fetched: it answers 500; the keys fetched at"
                    + " 1970-01-01T00:00:00Z stay in use"));

    answer = answered("{\"keys\":[3]}");
    passes(Duration.ofSeconds(1));

    assertThat(pushed().getJwks()).isEqualTo("{\"keys\":[3]}");
    assertThat(keys.problems()).isEmpty();
  }

  @Test
  void an_issuer_that_is_down_is_asked_less_and_less_and_at_least_every_minute() {
    answer = CompletableFuture.failedFuture(new IOException("no connection can be made"));
    keys.accepted(documents(URI, ""));
    assertThat(keys.problems().get(0).message()).endsWith("tokens of its issuer are refused");

    passes(Duration.ofSeconds(63));
    assertThat(fetches).as("at 0, 1, 3, 7, 15, 31 and 63 s").isEqualTo(7);
    passes(Duration.ofMinutes(10));
    assertThat(fetches).isEqualTo(17);
  }

  @Test
  void keys_of_documents_that_are_gone_are_forgotten() {
    keys.accepted(documents(URI, ""));
    keys.accepted(new Accepted(1, 2, Map.of()));

    passes(Duration.ofHours(1));

    assertThat(fetches).isEqualTo(1);
  }

  private void passes(Duration time) {
    Instant end = clock.now.plus(time);
    for (Instant step = clock.now; step.isBefore(end); step = step.plusMillis(500)) {
      clock.now = step;
      keys.advance();
    }
    clock.now = end;
    keys.advance();
  }

  private JwtAuthentication pushed() {
    return pushedOf(documents(URI, ""));
  }

  private JwtAuthentication pushedOf(Accepted accepted) {
    return resource(accepted).getInbound().getJwtAuthentications(0);
  }

  private Resource resource(Accepted accepted) {
    return keys.join(new Compiler(accepted, Map.of()).inbound(new ServiceId("default", "stock")));
  }

  private static CompletableFuture<Fetched<String>> answered(String json, String... maxAge) {
    return CompletableFuture.completedFuture(
        new Fetched<>(
            json,
            maxAge.length == 0 || maxAge[0].isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Long.parseLong(maxAge[0])))));
  }

  private static Accepted documents(String uri, String jwks) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: JwtAuthentication
        metadata: {name: users}
        spec:
          to: {service: stock}
          conf: {issuer: me, %s}
        """
            .formatted(uri.isEmpty() ? "jwks: '" + jwks + "'" : "jwksUri: " + uri);
    Map<Document.Key, InForce> all = new LinkedHashMap<>();
    new DocumentReader()
        .read("f", text.getBytes(StandardCharsets.UTF_8))
        .documents()
        .forEach(each -> all.put(each.key(), new InForce(each, 1)));
    return new Accepted(1, 1, all);
  }

  private static final class Moving extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
