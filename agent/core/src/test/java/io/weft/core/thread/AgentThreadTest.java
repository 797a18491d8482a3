package io.weft.core.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AgentThreadTest {

  @Test
  void the_application_s_threads_are_not_the_agent_s() {
    assertThat(AgentThread.isCurrent()).isFalse();
  }

  @Test
  void an_agent_thread_is_a_daemon_with_the_agent_s_loader() throws Exception {
    CompletableFuture<Boolean> agent = new CompletableFuture<>();
    Thread thread = AgentThread.of("test", () -> agent.complete(AgentThread.isCurrent()));

    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getContextClassLoader()).isSameAs(AgentThread.class.getClassLoader());
    thread.start();
    assertThat(agent.get(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void what_an_agent_thread_starts_is_an_agent_thread_too() throws Exception {
    CompletableFuture<Boolean> child = new CompletableFuture<>();
    AgentThread.of(
            "test",
            () ->
                Executors.defaultThreadFactory()
                    .newThread(() -> child.complete(AgentThread.isCurrent()))
                    .start())
        .start();

    assertThat(child.get(20, TimeUnit.SECONDS)).isTrue();
  }
}
