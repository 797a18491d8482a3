package io.weft.control.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken for a JWK set, from a real server. */
class HttpKeySetsTest {
  private static final String SET = "{\"keys\":[]}";

  private final HttpKeySets sets = HttpKeySets.within(Duration.ofSeconds(20));
  private HttpServer server;
  private int status = 200;
  private String body = SET;
  private String cacheControl = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          if (!cacheControl.isEmpty()) {
            exchange.getResponseHeaders().set("Cache-Control", cacheControl);
          }
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                  | -1
          max-age=600                         | 600
          public, max-age=19807, must-revalidate | 19807
          s-maxage=1                          | -1
          Max-Age="60"                        | 60
          no-cache, max-age=5                 | 0
          max-age=soon                        | -1
          """)
  void it_holds_for_as_long_as_its_issuer_says(String said, long seconds) {
    cacheControl = said;

    assertThat(sets.fetch(uri()).join().fresh())
        .isEqualTo(seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
  }

  @Test
  void an_answer_that_is_no_set_is_none() {
    status = 302;
    refused("it answers 302");
    status = 500;
    refused("it answers 500");
    status = 200;
    body = "<html>login</html>";
    refused("what it answers is no JWK set");
    body = "[]";
    refused("what it answers is no JWK set");
    body = "{\"keys\":[]," + " ".repeat(300_000) + "\"a\":1}";
    refused("what it answers is longer than 256 KiB");
  }

  @Test
  void who_does_not_listen_or_does_not_answer_is_not_waited_for() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  HttpKeySets.within(Duration.ofMillis(200)).fetch(uri(mute.getLocalPort())).join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("no answer within");
    }
    server.stop(0);
    refused("no connection can be made");
  }

  @Test
  void one_that_answers_for_ever_is_cut_off() throws IOException {
    try (ServerSocket endless = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread talker =
          new Thread(
              () -> {
                try (Socket socket = endless.accept()) {
                  OutputStream out = socket.getOutputStream();
                  out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  while (true) {
                    out.write(' ');
                    out.flush();
                  }
                } catch (IOException e) {
                  // As it should be.
                }
              });
      talker.setDaemon(true);
      talker.start();

      assertThatThrownBy(
              () ->
                  HttpKeySets.within(Duration.ofSeconds(2))
                      .fetch(uri(endless.getLocalPort()))
                      .join())
          .isInstanceOf(CompletionException.class);
    }
  }

  private void refused(String message) {
    assertThatThrownBy(() -> sets.fetch(uri()).join())
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage(message);
  }

  private String uri() {
    return uri(server.getAddress().getPort());
  }

  private static String uri(int port) {
    return "http://127.0.0.1:" + port + "/keys";
  }
}
