package io.weft.control.store;

import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the store now and then where it is: says once that it is lost and once that it is back, and
 * finds out when it was restored to older data, which no watch tells. Confined to the loop.
 */
public final class StoreHealth {
  private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ConfigStore store;
  private final Loop loop;
  private final Listener listener;
  private @Nullable Position last;
  private String lost = "";

  /** Told on the loop. */
  public interface Listener {
    /** The store answers; the first time, too. */
    void found(String history);

    /** It answers again after it did not, or went back to older data: list anew. */
    void relist(String history);
  }

  public StoreHealth(ConfigStore store, Loop loop, Listener listener) {
    this.store = store;
    this.loop = loop;
    this.listener = listener;
  }

  public void start() {
    var unused = store.position().whenCompleteAsync(this::answered, loop);
  }

  /** Why the store cannot be reached; empty while it can. */
  public String lost() {
    return lost;
  }

  private void answered(@Nullable Position position, @Nullable Throwable fault) {
    if (fault != null || position == null) {
      if (lost.isEmpty()) {
        Throwable cause = fault != null && fault.getCause() != null ? fault.getCause() : fault;
        lost = String.valueOf(cause == null ? "no answer" : cause.getMessage());
        LOG.warn("{}; agents go on with what is in force", lost);
      }
    } else {
      Position before = last;
      last = position;
      boolean wasLost = !lost.isEmpty();
      lost = "";
      if (wasLost) {
        LOG.warn("{} answers again", store.describe());
      }
      if (before == null) {
        listener.found(position.history());
      } else if (wasLost || position.wentBackSince(before)) {
        listener.relist(position.history());
      }
    }
    loop.after(PAUSE, this::start);
  }
}
