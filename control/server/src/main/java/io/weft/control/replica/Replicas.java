package io.weft.control.replica;

import com.google.protobuf.ByteString;
import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.ConfigStore.Presence;
import io.weft.control.store.Mirror;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which replicas live, and where: each keeps a key on a lease. Confined to the loop. */
public final class Replicas {
  private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
  private static final String PREFIX = "replicas/";
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final ConfigStore store;
  private final Loop loop;
  private final String id;
  private final Runnable listener;
  private final Mirror mirror;
  private final Map<String, String> live = new TreeMap<>();
  private volatile @Nullable CompletableFuture<Presence> presence;

  /**
   * @param listener told when one came or went
   */
  public Replicas(ConfigStore store, Loop loop, String id, Runnable listener) {
    this.store = store;
    this.loop = loop;
    this.id = id;
    this.listener = listener;
    this.mirror = new Mirror(store, PREFIX, loop, this::changed);
  }

  /** Says that this one lives, at an address that agents and other replicas can reach. */
  public void start(String address) {
    live.put(id, address);
    mirror.start();
    announce(address);
  }

  private void announce(String address) {
    CompletableFuture<Presence> announced =
        store.announce(PREFIX + id, ByteString.copyFromUtf8(address), LEASE);
    presence = announced;
    var unused =
        announced.whenCompleteAsync(
            (done, fault) -> {
              if (fault != null) {
                LOG.debug("not announced yet", fault);
                loop.after(RETRY, () -> announce(address));
              }
            },
            loop);
  }

  public void relist() {
    mirror.start();
  }

  /** Whether a replica lives; this one always does. */
  public boolean isLive(String replica) {
    return live.containsKey(replica);
  }

  /** Whether it is known which others live. */
  public boolean areKnown() {
    return mirror.isListed();
  }

  /** Addresses of all, this one's too. */
  public List<String> addresses() {
    return List.copyOf(live.values());
  }

  /** Addresses of all, by their ids. */
  public Map<String, String> all() {
    return live;
  }

  public void close() {
    mirror.close();
    CompletableFuture<Presence> announced = presence;
    if (announced != null && announced.isDone() && !announced.isCompletedExceptionally()) {
      announced.join().close();
    }
  }

  private void changed(List<Change> changes) {
    for (Change change : changes) {
      String replica = change.key().substring(PREFIX.length());
      Entry now = change.now();
      if (now != null) {
        live.put(replica, now.value().toString(StandardCharsets.UTF_8));
      } else if (!replica.equals(id)) {
        live.remove(replica);
      }
    }
    listener.run();
  }
}
