package io.weft.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Jdk;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JDK's HttpClient, send, on the oldest JDK found. */
class HttpClientIT extends ClientContract {
  HttpClientIT() {
    super("HttpClient-1.1", Jdk.oldest());
  }

  @Test
  void a_call_that_a_thread_waits_for_takes_no_thread_of_its_own() {
    long without =
        Stream.generate(() -> client().call("GET", "http://stock/").countingThreads().send())
            .limit(30)
            .filter(answer -> answer.field("threads").equals("0"))
            .count();

    // The client and the agent may start some that stay.
    assertThat(without).isGreaterThan(20);
  }

  @Test
  void a_call_gives_the_clients_executor_no_more_to_do_than_one_outside_the_mesh()
      throws Exception {
    try (ScriptedServer outside = new ScriptedServer("127.0.0.1", 0)) {
      assertThat(fewestTasks("http://stock/"))
          .isEqualTo(fewestTasks("http://" + outside.authority() + "/"));
    }
  }

  @Test
  void a_body_that_is_at_hand_as_bytes_is_sent_again_whatever_its_size() throws Exception {
    apply("Retry", "{attempts: 2, on: [5xx], backoff: {base: 1ms, max: 1ms}}");
    List<byte[]> bodies = new CopyOnWriteArrayList<>();
    stock()
        .both(
            (request, reply) -> {
              bodies.add(request.body());
              reply.send(bodies.size() == 1 ? 503 : 200, "");
            });

    assertThat(client().call("PUT", "http://stock/").body(200_000).send().status()).isEqualTo(200);

    assertThat(bodies).hasSize(2);
    assertThat(bodies.get(1)).hasSize(200_000).isEqualTo(bodies.get(0));
  }

  // What a connection takes beside its calls may fall into one.
  private int fewestTasks(String url) {
    return Stream.generate(() -> client().call("GET", url).countingTasks().send())
        .limit(30)
        .mapToInt(answer -> Integer.parseInt(answer.field("tasks")))
        .min()
        .orElseThrow();
  }
}
