package io.weft.control.store;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keys with values, in order of their changes: what control keeps in etcd or in a folder.
 *
 * <p>Each commit gets the next revision. A listing and a watch that begins after its revision
 * together see every change once, in order. What is committed survives a crash. Keys are relative
 * paths such as {@code config/Route/default/orders}. Thread-safe; futures fail with {@link
 * StoreException} within seconds where the store cannot be reached.
 */
public interface ConfigStore extends AutoCloseable {

  /** All keys that begin with a prefix, as of one revision. */
  CompletableFuture<Listing> list(String prefix);

  /**
   * Tells of changes after a revision. Compaction may have taken them: then the watcher is told so,
   * and a fresh listing says what is there.
   */
  Watch watch(String prefix, long after, Watcher watcher);

  /** All of it, if all its conditions hold; else nothing. */
  CompletableFuture<Commit.Result> commit(Commit commit);

  /** Where the store is in its history. */
  CompletableFuture<Position> position();

  /**
   * Keeps a key for as long as this process lives and says so: gone once closed, or some time after
   * the process is.
   */
  CompletableFuture<Presence> announce(String key, ByteString value, Duration grace);

  /** In one word or address, for messages. */
  String describe();

  @Override
  void close();

  /**
   * A key, its value, and the revision that last changed it.
   *
   * @param modified greater than 0
   */
  record Entry(String key, ByteString value, long modified) {}

  /** Entries in order of their keys. */
  record Listing(Position position, List<Entry> entries) {}

  /**
   * A place in a history.
   *
   * @param history another after a restore to a copy of older data
   * @param revision of the newest change; a lower one in the same history is a restore, too
   */
  record Position(String history, long revision) {

    /** Whether a store that has been at an earlier place has gone back since. */
    boolean wentBackSince(Position earlier) {
      return !history.equals(earlier.history) || revision < earlier.revision;
    }
  }

  /** What a key was and is. At least one of both is there. */
  record Change(String key, @Nullable Entry before, @Nullable Entry now) {}

  /** Told of changes, one call after another. */
  interface Watcher {

    /** Changes of one revision or of several, complete up to it. */
    void changed(long revision, List<Change> changes);

    /** Nothing more comes; list again. */
    void ended(String reason);
  }

  /** A watch under way. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** A key that says that this process lives. */
  interface Presence extends AutoCloseable {
    @Override
    void close();
  }
}
