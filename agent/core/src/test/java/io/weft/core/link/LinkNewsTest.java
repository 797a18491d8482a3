package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Welcome;
import io.weft.core.settings.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkNewsTest {

  private static final HostPort CONTROL = new HostPort("control.example", 15010);
  private static final Welcome WELCOME = Welcome.newBuilder().setMesh("default").build();
  private static final Ending GONE = new Ending(Ending.Kind.UNREACHABLE, "connection refused");

  private final LinkNews news = new LinkNews();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream err = System.err;

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(err);
  }

  @Test
  void a_control_that_is_not_there_at_the_start_is_said_once() {
    for (int i = 0; i < 100; i++) {
      news.down(CONTROL, GONE, true, false);
    }

    assertThat(lines())
        .containsExactly(
            "[weft] WARN no control, at control.example:15010: connection refused; the application"
                + " runs on, outside the mesh, and the agent keeps trying");
  }

  @Test
  void the_loss_of_control_is_said_once_and_so_is_its_return() {
    news.up(CONTROL, WELCOME);
    news.down(CONTROL, GONE, true, true);
    news.down(CONTROL, GONE, true, true);
    news.up(CONTROL, WELCOME);
    news.down(CONTROL, GONE, true, true);

    assertThat(lines())
        .containsExactly(
            "[weft] INFO in mesh default, by control at control.example:15010",
            "[weft] WARN control is lost, at control.example:15010: connection refused; the"
                + " application runs on, by the last config it had, and the agent keeps trying",
            "[weft] INFO control is back, at control.example:15010",
            "[weft] WARN control is lost, at control.example:15010: connection refused; the"
                + " application runs on, by the last config it had, and the agent keeps trying");
  }

  @Test
  void moving_to_another_replica_is_not_worth_a_word() {
    news.up(CONTROL, WELCOME);
    news.down(CONTROL, GONE, false, true);
    news.up(new HostPort("other.example", 15010), WELCOME);

    assertThat(lines()).hasSize(1);
  }

  @Test
  void a_refused_token_is_said_even_where_other_addresses_are_left() {
    news.down(CONTROL, new Ending(Ending.Kind.UNAUTHENTICATED, "token expired"), false, false);
    news.down(CONTROL, new Ending(Ending.Kind.UNAUTHENTICATED, "token expired"), false, false);

    assertThat(lines()).singleElement().asString().contains("token expired");
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
