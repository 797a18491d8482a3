package io.weft.control.registry;

import static io.weft.api.v1.InstanceState.LOST;
import static io.weft.api.v1.InstanceState.READY;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.InstanceState;
import io.weft.api.v1.PortTls;
import io.weft.control.compile.ServiceId;
import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of instances whose replica is gone. */
class RegistryTest {
  @TempDir Path data;
  private final Loop loop = new Loop();
  private final AtomicLong nanoTime = new AtomicLong();
  private final Set<String> live = ConcurrentHashMap.newKeySet();
  private final List<ServiceId> told = new ArrayList<>();
  private ConfigStore store;
  private Registry registry;

  @BeforeEach
  void open() throws Exception {
    store = Stores.open("embedded:" + data.resolve("store"));
    registry = new Registry(store, loop, nanoTime::get, "here", live::contains, new Told());
    live.addAll(Set.of("here", "there"));
    for (String uid : List.of("early", "late", "dead")) {
      comes(uid, "there");
    }
    live.remove("there");
    told.clear();
  }

  @AfterEach
  void close() {
    loop.close();
    store.close();
  }

  @Test
  void nobody_is_lost_while_agents_of_a_replica_that_is_gone_are_still_coming() throws Exception {
    comes("early", "here");
    nanoTime.addAndGet(Duration.ofSeconds(9).toNanos());
    onLoop(registry::loseOrphans);

    assertThat(state("late")).isEqualTo(READY);
    comes("late", "here");
    nanoTime.addAndGet(Duration.ofSeconds(9).toNanos());
    onLoop(registry::loseOrphans);

    assertThat(state("dead")).isEqualTo(READY);
    assertThat(told).isEmpty();
  }

  @Test
  void who_has_not_come_a_while_after_the_last_one_is_lost() throws Exception {
    comes("early", "here");
    nanoTime.addAndGet(Duration.ofSeconds(10).toNanos());
    onLoop(registry::loseOrphans);

    assertThat(state("dead")).isEqualTo(LOST);
    assertThat(state("early")).isEqualTo(READY);
  }

  @Test
  void where_nobody_comes_all_are_lost() throws Exception {
    onLoop(registry::loseOrphans);

    assertThat(state("early")).isEqualTo(LOST);
    assertThat(state("dead")).isEqualTo(LOST);
  }

  private void comes(String uid, String replica) throws Exception {
    onLoop(
        () -> {
          var unused = registry.register(instance(uid, replica));
        });
  }

  private InstanceState state(String uid) throws Exception {
    return loop.ask(() -> registry.instance(uid).orElseThrow().state()).get(20, SECONDS);
  }

  private void onLoop(Runnable work) throws Exception {
    loop.ask(
            () -> {
              work.run();
              return true;
            })
        .get(20, SECONDS);
  }

  private static Instance instance(String uid, String replica) {
    return new Instance(
        uid,
        "default",
        "orders",
        "",
        replica,
        READY,
        List.of(uid + ".example"),
        List.of(new Instance.Port(8080, "http", PortTls.NONE, "", true)),
        Map.of(),
        "",
        100,
        "host",
        1,
        "",
        "");
  }

  private final class Told implements Registry.Listener {
    @Override
    public void endpointsChanged(ServiceId service) {
      told.add(service);
    }

    @Override
    public void servicesChanged() {}
  }
}
