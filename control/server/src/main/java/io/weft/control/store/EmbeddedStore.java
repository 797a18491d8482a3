package io.weft.control.store;

import com.google.protobuf.ByteString;
import io.weft.control.loop.DaemonThreads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The store within this process: a map in memory and a {@link Journal} in a folder, for development
 * and small meshes. One process at a time may have the folder open.
 */
final class EmbeddedStore implements ConfigStore {

  private static final int REMEMBERED = 10_000;

  private record Revised(long revision, List<Change> changes) {}

  private final Journal journal;
  private final ExecutorService telling =
      Executors.newSingleThreadExecutor(DaemonThreads.named("weft-store"));

  private final NavigableMap<String, Entry> entries = new TreeMap<>();
  private final Deque<Revised> recent = new ArrayDeque<>();
  private final List<Watching> watches = new CopyOnWriteArrayList<>();
  private long revision;
  private long forgotten;

  private EmbeddedStore(Journal journal) {
    this.journal = journal;
  }

  static EmbeddedStore open(Path folder) {
    Journal journal = Journal.open(folder);
    EmbeddedStore store = new EmbeddedStore(journal);
    try {
      store.revision = journal.replay(store::replay);
      store.forgotten = store.revision;
      journal.rewriteIfLong(store.revision, store.entries.values());
      return store;
    } catch (StoreException e) {
      journal.close();
      throw e;
    }
  }

  private void replay(long at, Commit.Write write) {
    ByteString value = write.value();
    if (value == null) {
      entries.remove(write.key());
    } else {
      entries.put(write.key(), new Entry(write.key(), value, at));
    }
  }

  @Override
  public synchronized CompletableFuture<Listing> list(String prefix) {
    return CompletableFuture.completedFuture(
        new Listing(at(), List.copyOf(under(prefix).values())));
  }

  @Override
  public synchronized Watch watch(String prefix, long after, Watcher watcher) {
    Watching watching = new Watching(prefix, watcher);
    if (after < forgotten) {
      tell(() -> watcher.ended("the store no longer knows what changed after " + after));
      return watching::stop;
    }
    for (Revised revised : recent) {
      if (revised.revision() > after) {
        tell(() -> watching.tell(revised));
      }
    }
    watches.add(watching);
    return () -> {
      watching.stop();
      watches.remove(watching);
    };
  }

  @Override
  public synchronized CompletableFuture<Commit.Result> commit(Commit commit) {
    for (Commit.Condition condition : commit.conditions()) {
      Entry entry = entries.get(condition.key());
      if ((entry == null ? 0 : entry.modified()) != condition.modified()) {
        return CompletableFuture.completedFuture(new Commit.Result(false, revision));
      }
    }
    if (commit.writes().isEmpty()) {
      return CompletableFuture.completedFuture(new Commit.Result(true, revision));
    }
    try {
      journal.append(revision + 1, commit.writes());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
    write(commit.writes());
    journal.rewriteIfLong(revision, entries.values());
    return CompletableFuture.completedFuture(new Commit.Result(true, revision));
  }

  private void write(List<Commit.Write> writes) {
    revision++;
    List<Change> changes = new ArrayList<>();
    for (Commit.Write write : writes) {
      ByteString value = write.value();
      Entry now = value == null ? null : new Entry(write.key(), value, revision);
      Entry before = now == null ? entries.remove(write.key()) : entries.put(write.key(), now);
      if (before != null || now != null) {
        changes.add(new Change(write.key(), before, now));
      }
    }
    Revised revised = new Revised(revision, changes);
    recent.add(revised);
    while (recent.size() > REMEMBERED) {
      forgotten = recent.remove().revision();
    }
    for (Watching watching : watches) {
      tell(() -> watching.tell(revised));
    }
  }

  /** Forgets how it came to what it holds, as etcd does from time to time. */
  synchronized void compact() {
    recent.clear();
    forgotten = revision;
  }

  @Override
  public synchronized CompletableFuture<Position> position() {
    return CompletableFuture.completedFuture(at());
  }

  // Nobody else reads this folder: presence need not be written down.
  @Override
  public CompletableFuture<Presence> announce(String key, ByteString value, Duration grace) {
    synchronized (this) {
      write(List.of(new Commit.Write(key, value)));
    }
    return CompletableFuture.completedFuture(
        () -> {
          synchronized (this) {
            write(List.of(new Commit.Write(key, null)));
          }
        });
  }

  @Override
  public String describe() {
    return "the embedded store in " + journal.folder();
  }

  @Override
  public void close() {
    telling.shutdown();
    try {
      if (!telling.awaitTermination(2, TimeUnit.SECONDS)) {
        telling.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    journal.close();
  }

  private Position at() {
    return new Position(journal.history(), revision);
  }

  private Map<String, Entry> under(String prefix) {
    return prefix.isEmpty() ? entries : entries.subMap(prefix, prefix + Character.MAX_VALUE);
  }

  private void tell(Runnable news) {
    try {
      telling.execute(news);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile.
    }
  }

  private static final class Watching {
    private final String prefix;
    private volatile @Nullable Watcher watcher;

    Watching(String prefix, Watcher watcher) {
      this.prefix = prefix;
      this.watcher = watcher;
    }

    void tell(Revised revised) {
      Watcher told = watcher;
      List<Change> changes =
          revised.changes().stream().filter(change -> change.key().startsWith(prefix)).toList();
      if (told != null && !changes.isEmpty()) {
        told.changed(revised.revision(), changes);
      }
    }

    void stop() {
      watcher = null;
    }
  }
}
