package io.weft.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LateHttpSenderProviderTest {
  private static final HttpSenderConfig CONFIG =
      (HttpSenderConfig)
          Proxy.newProxyInstance(
              LateHttpSenderProviderTest.class.getClassLoader(),
              new Class<?>[] {HttpSenderConfig.class},
              (proxy, method, arguments) -> {
                throw new AssertionError(method + " was asked for");
              });
  private static final MessageWriter MESSAGE =
      new MessageWriter() {
        @Override
        public void writeMessage(OutputStream output) {}

        @Override
        public int getContentLength() {
          return 0;
        }
      };

  private final List<String> done = new ArrayList<>();
  private final List<Throwable> errors = new ArrayList<>();
  private final HttpSender late =
      new LateHttpSenderProvider(config -> client()).createSender(CONFIG);

  @Test
  void the_client_is_made_for_the_first_message_and_sends_all_of_them() {
    assertThat(done).isEmpty();

    late.send(MESSAGE, response -> {}, errors::add);
    late.send(MESSAGE, response -> {}, errors::add);
    late.shutdown();

    assertThat(done).containsExactly("made", "sent", "sent", "ended");
    assertThat(errors).isEmpty();
  }

  @Test
  void where_nothing_was_sent_there_is_nothing_to_end() {
    assertThat(late.shutdown().isSuccess()).isTrue();
    assertThat(done).isEmpty();
  }

  @Test
  void a_client_that_cannot_be_made_is_a_message_that_was_not_sent() {
    HttpSender impossible =
        new LateHttpSenderProvider(
                config -> {
                  throw new IllegalStateException("no TLS");
                })
            .createSender(CONFIG);

    impossible.send(MESSAGE, response -> {}, errors::add);

    assertThat(errors).singleElement().asString().contains("no TLS");
  }

  private HttpSender client() {
    done.add("made");
    return new HttpSender() {
      @Override
      public void send(
          MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
        done.add("sent");
      }

      @Override
      public CompletableResultCode shutdown() {
        done.add("ended");
        return CompletableResultCode.ofSuccess();
      }
    };
  }
}
