package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.TokenIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * The keys of an issuer that are fetched from it by HTTPS: when it rotates them, and when it is
 * gone.
 */
@TestInstance(Lifecycle.PER_CLASS)
class JwksIT {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TokenIssuer issuer;
  private ControlService control;
  private JavaProcess app;
  private String url;

  @BeforeAll
  void start(@TempDir Path folder) {
    issuer = TokenIssuer.open(folder);
    control = ControlService.embedded(folder, issuer.trustOptions());
    app =
        JavaProcess.of("desk")
            .agent("")
            .env(control.agentEnvironment(folder))
            .env("WEFT_SERVICE", "desk")
            .main(List.of(TestApps.classes()), JdkServerApp.class.getName())
            .start();
    url = "http://127.0.0.1:" + app.awaitLine("serving on port (\\d+)").group(1) + "/status?200";
  }

  @AfterAll
  void end() {
    app.close();
    control.close();
    issuer.close();
  }

  @Test
  void keys_are_rotated_and_the_issuer_and_control_go_away_and_no_good_token_is_refused() {
    issuer.show("one");
    believe("users", "me", issuer.uri());
    eventually().until(() -> ask("me", "one") == 200);
    long began = System.nanoTime();
    int fetchesBefore = issuer.fetches();

    try (Visitors visitors = new Visitors("one")) {
      issuer.show("one", "two");
      // Whoever comes with a key that nobody has seen has it fetched.
      eventually().until(() -> ask("me", "two") == 200);
      visitors.key.set("two");
      issuer.show("two");
      // All that time strangers come with keys of their own.
      eventually()
          .until(
              () -> {
                assertThat(ask("me", "of a stranger " + issuer.fetches())).isEqualTo(401);
                return ask("me", "one") == 401;
              });
      double seconds = (System.nanoTime() - began) / 1e9;
      assertThat(issuer.fetches() - fetchesBefore).isLessThanOrEqualTo((int) (seconds / 10) + 1);

      issuer.close();
      eventually().until(() -> problems().contains("stay in use"));
      control.process().kill();
      control.restart();
      eventually().until(() -> problems().contains("tokens of its issuer are refused"));
      eventually().until(() -> control.admin().status().path("agents").size() == 1);
      int before = visitors.visits.get();
      eventually().until(() -> visitors.visits.get() > before + 100);

      assertThat(visitors.refused.get()).isZero();
      assertThat(control.weft("status")).contains("JwtAuthentication/default/users");
    }
  }

  @Test
  void of_an_issuer_that_was_never_reached_no_token_is_believed_and_nobody_else_minds() {
    // Nobody listens at a port that is reserved.
    believe("others", "them", "https://localhost:1/keys");
    eventually().until(() -> problems().contains("https://localhost:1/keys cannot be fetched"));

    eventually().until(() -> ask("them", "one") == 401);
    assertThat(get("")).isEqualTo(200);
    control.admin().delete("JwtAuthentication", "default", "others");
    eventually().until(() -> !problems().contains("localhost:1/"));
  }

  private void believe(String name, String who, String uri) {
    control
        .admin()
        .apply(
            """
            apiVersion: weft.io/v1
            kind: JwtAuthentication
            metadata: {name: %s}
            spec: {to: {service: desk}, conf: {issuer: %s, jwksUri: '%s'}}
            """
                .formatted(name, who, uri));
  }

  private String problems() {
    return control.admin().status().path("problems").toString();
  }

  private int ask(String who, String key) {
    return get(issuer.token(who, "ann", key));
  }

  private int get(String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return http.send(request.build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new AssertionError(String.join("\n", app.output()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** People who come with good tokens, one after the other, until it is closed. */
  private final class Visitors implements AutoCloseable {
    final AtomicReference<String> key;
    final AtomicInteger visits = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread = new Thread(this::come, "visitors");

    Visitors(String first) {
      key = new AtomicReference<>(first);
      thread.setDaemon(true);
      thread.start();
    }

    private void come() {
      while (!closed.get()) {
        if (get(issuer.token("me", "visitor " + visits.incrementAndGet(), key.get())) != 200) {
          refused.incrementAndGet();
        }
      }
    }

    @Override
    public void close() {
      closed.set(true);
      try {
        thread.join(30_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
