package io.weft.control.store;

import io.weft.control.loop.Loop;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.ConfigStore.Listing;
import io.weft.control.store.ConfigStore.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys under a prefix as they are now, and word of each change. Where a watch ends, for
 * compaction or anything else, keys are listed anew and only what differs is told: nothing is ever
 * cleared to be filled again. Confined to the loop.
 */
public final class Mirror {
  private static final Duration AGAIN = Duration.ofMillis(500);

  private final ConfigStore store;
  private final String prefix;
  private final Loop loop;
  private final Listener listener;
  private final Map<String, Entry> entries = new TreeMap<>();
  private @Nullable Watch watch;
  private boolean listed;
  private boolean closed;
  // Counts listings, so that words of a watch before the last one are not heard.
  private int round;

  /** Told on the loop. */
  public interface Listener {
    /** What changed; the first time all there is, even if that is nothing. */
    void changed(List<Change> changes);
  }

  public Mirror(ConfigStore store, String prefix, Loop loop, Listener listener) {
    this.store = store;
    this.prefix = prefix;
    this.loop = loop;
    this.listener = listener;
  }

  /** Begins, or begins again from a fresh listing. */
  public void start() {
    round++;
    int mine = round;
    stopWatch();
    var unused =
        store
            .list(prefix)
            .whenCompleteAsync(
                (listing, fault) -> {
                  if (closed || mine != round) {
                    return;
                  }
                  if (fault != null) {
                    loop.after(AGAIN, () -> restart(mine));
                  } else {
                    take(listing, mine);
                  }
                },
                loop);
  }

  /** Whether a first listing has been taken. */
  public boolean isListed() {
    return listed;
  }

  /** The keys as of the last change that was told. */
  public Map<String, Entry> entries() {
    return entries;
  }

  public void close() {
    closed = true;
    stopWatch();
  }

  private void take(Listing listing, int mine) {
    List<Change> changes = new ArrayList<>();
    Map<String, Entry> now = new TreeMap<>();
    for (Entry entry : listing.entries()) {
      now.put(entry.key(), entry);
      Entry before = entries.get(entry.key());
      if (!Objects.equals(before, entry)) {
        changes.add(new Change(entry.key(), before, entry));
      }
    }
    entries.forEach(
        (key, before) -> {
          if (!now.containsKey(key)) {
            changes.add(new Change(key, before, null));
          }
        });
    entries.clear();
    entries.putAll(now);
    boolean first = !listed;
    listed = true;
    watch =
        store.watch(
            prefix,
            listing.position().revision(),
            new ConfigStore.Watcher() {
              @Override
              public void changed(long revision, List<Change> news) {
                loop.execute(() -> heard(news, mine));
              }

              @Override
              public void ended(String reason) {
                loop.after(AGAIN, () -> restart(mine));
              }
            });
    if (first || !changes.isEmpty()) {
      listener.changed(changes);
    }
  }

  private void heard(List<Change> changes, int mine) {
    if (closed || mine != round) {
      return;
    }
    for (Change change : changes) {
      Entry now = change.now();
      if (now == null) {
        entries.remove(change.key());
      } else {
        entries.put(change.key(), now);
      }
    }
    listener.changed(changes);
  }

  private void restart(int mine) {
    if (!closed && mine == round) {
      start();
    }
  }

  private void stopWatch() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
