package io.weft.core.external;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostLookupsTest {
  private final List<String> asked = new ArrayList<>();
  private final Queue<Task> tasks = new ArrayDeque<>();
  private int changes;
  private String[] answer = {};
  private final HostLookups lookups =
      new HostLookups(
          this::find, (delay, work) -> tasks.add(new Task(delay, work)), () -> changes++);

  private record Task(Duration delay, Runnable work) {}

  @Test
  void aNameIsUnansweredUntilDnsWasAskedInTheBackground() {
    answer = new String[] {"192.0.2.2", "192.0.2.1"};

    lookups.want(Set.of("a"));
    assertThat(lookups.isAnswered("a")).isFalse();
    assertThat(lookups.addresses("a")).isEmpty();

    assertThat(next()).isEqualTo(Duration.ZERO);
    assertThat(lookups.isAnswered("a")).isTrue();
    assertThat(lookups.addresses("a")).containsExactly("192.0.2.1", "192.0.2.2");
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void itIsAskedForAgainAndOnlyAnotherAnswerIsNews() {
    answer = new String[] {"192.0.2.1", "192.0.2.2"};
    lookups.want(Set.of("a"));
    next();

    answer = new String[] {"192.0.2.2", "192.0.2.1"};
    assertThat(next()).isEqualTo(Duration.ofSeconds(30));
    assertThat(changes).as("the same in another order").isEqualTo(1);

    answer = new String[] {"192.0.2.3"};
    next();
    assertThat(lookups.addresses("a")).containsExactly("192.0.2.3");
    assertThat(changes).isEqualTo(2);
  }

  @Test
  void whereDnsFailsTheLastAnswerStaysAndItIsAskedSoonerEachTimeABitLater() {
    answer = new String[] {"192.0.2.1"};
    lookups.want(Set.of("a"));
    next();

    answer = new String[] {};
    next();
    assertThat(lookups.addresses("a")).containsExactly("192.0.2.1");
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      assertThat(next()).isEqualTo(Duration.ofSeconds(seconds));
    }
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void aNameThatDnsDoesNotKnowIsAnsweredWithNothing() {
    lookups.want(Set.of("a"));
    next();

    assertThat(lookups.isAnswered("a")).isTrue();
    assertThat(lookups.addresses("a")).isEmpty();
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void ofTwoKindsOfAddressesThoseAreTakenThatTheJvmPrefers() {
    answer = new String[] {"192.0.2.1", "2001:db8::1", "192.0.2.2"};
    lookups.want(Set.of("a"));
    next();

    assertThat(lookups.addresses("a")).containsExactly("192.0.2.1", "192.0.2.2");
  }

  @Test
  void aNameThatNobodyWantsAnyMoreIsForgotten() {
    answer = new String[] {"192.0.2.1"};
    lookups.want(Set.of("a", "b"));
    next();
    next();

    lookups.want(Set.of("b"));
    next();
    next();

    assertThat(lookups.isAnswered("a")).isFalse();
    assertThat(asked).hasSize(3);
    assertThat(tasks).hasSize(1);
  }

  /** Does what is due next; how long it was to wait. */
  private Duration next() {
    Task task = tasks.remove();
    task.work().run();
    return task.delay();
  }

  private InetAddress[] find(String name) throws UnknownHostException {
    asked.add(name);
    if (answer.length == 0) {
      throw new UnknownHostException(name);
    }
    InetAddress[] found = new InetAddress[answer.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getByName(answer[i]);
    }
    return found;
  }
}
