package io.weft.control.store;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes that happen together, on conditions. */
public final class Commit {

  /** etcd's own limit of operations in a transaction. */
  public static final int MOST_WRITES = 128;

  /** Revision that last changed a key, and 0 for a key that is not there. */
  record Condition(String key, long modified) {}

  /** No value: the key is removed. */
  record Write(String key, @Nullable ByteString value) {}

  /**
   * What became of it.
   *
   * @param revision of the store after it, whether done or not
   */
  public record Result(boolean done, long revision) {}

  private final List<Condition> conditions = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();

  /** Only if a key was last changed by that revision; 0: only if it is not there. */
  public Commit unchanged(String key, long modified) {
    conditions.add(new Condition(key, modified));
    return this;
  }

  /** Sets a key. */
  public Commit put(String key, ByteString value) {
    writes.add(new Write(key, value));
    return this;
  }

  /** Sets a key to text. */
  public Commit put(String key, String value) {
    return put(key, ByteString.copyFromUtf8(value));
  }

  /** Removes a key, if it is there. */
  public Commit delete(String key) {
    writes.add(new Write(key, null));
    return this;
  }

  List<Condition> conditions() {
    return conditions;
  }

  List<Write> writes() {
    return writes;
  }
}
