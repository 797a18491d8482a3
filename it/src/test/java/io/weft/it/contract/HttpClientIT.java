package io.weft.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Jdk;
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
}
