package io.weft.instrumentation.grpc;

import io.grpc.Metadata;
import io.weft.core.call.HeaderEditor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Changes metadata. Binary headers are for applications alone: they can only be taken away. */
record MetadataEditor(Metadata metadata) implements HeaderEditor {
  // Names are few: those that policies and the mesh itself ask for. Keys are kept up to a bound, as
  // names to take away may be a stranger's.
  private static final int MOST_KEYS = 256;
  private static final Map<String, Metadata.Key<String>> KEYS = new ConcurrentHashMap<>();

  /** The first value of a header; empty if there is none, or it is binary. */
  static String first(Metadata metadata, String name) {
    Iterable<String> values = values(metadata, name);
    return values == null ? "" : values.iterator().next();
  }

  /** All values of a header; none if it is binary. */
  static List<String> all(Metadata metadata, String name) {
    Iterable<String> values = values(metadata, name);
    if (values == null) {
      return List.of();
    }
    List<String> all = new ArrayList<>(1);
    values.forEach(all::add);
    return all;
  }

  @Override
  public void set(String name, String value) {
    Metadata.Key<String> key = key(name);
    metadata.discardAll(key);
    metadata.put(key, value);
  }

  @Override
  public void add(String name, String value) {
    metadata.put(key(name), value);
  }

  @Override
  public void remove(String name) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      metadata.discardAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
    } else {
      metadata.discardAll(key(name));
    }
  }

  // Null for none; if there is any, the library gives at least one.
  private static @Nullable Iterable<String> values(Metadata metadata, String name) {
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX) ? null : metadata.getAll(key(name));
  }

  private static Metadata.Key<String> key(String name) {
    Metadata.Key<String> known = KEYS.get(name);
    if (known != null) {
      return known;
    }
    Metadata.Key<String> made = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    if (KEYS.size() < MOST_KEYS) {
      KEYS.put(name, made);
    }
    return made;
  }
}
