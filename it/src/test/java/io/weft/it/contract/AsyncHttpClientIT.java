package io.weft.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.Client.Call;
import io.weft.it.process.Jdk;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The JDK's HttpClient, sendAsync. */
class AsyncHttpClientIT extends ClientContract {
  AsyncHttpClientIT() {
    super("HttpClient-async", Jdk.oldest());
  }

  @Test
  void a_call_that_is_cancelled_ends_at_the_instance_too() throws Exception {
    CompletableFuture<Boolean> came = new CompletableFuture<>();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    stock()
        .both(
            (request, reply) -> {
              came.complete(true);
              ended.complete(reply.awaitEnd());
            });
    Call call = client().call("GET", "http://stock/").begin();
    came.get(20, TimeUnit.SECONDS);

    call.cancel();

    assertThat(call.await().exception()).contains("CancellationException");
    assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
  }
}
