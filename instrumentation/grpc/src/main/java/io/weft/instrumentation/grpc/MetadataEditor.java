package io.weft.instrumentation.grpc;

import io.grpc.Metadata;
import io.weft.core.call.HeaderEditor;
import java.util.ArrayList;
import java.util.List;

/** Changes metadata. Binary headers are for applications alone: they can only be taken away. */
record MetadataEditor(Metadata metadata) implements HeaderEditor {
  /** The first value of a header; empty if there is none, or it is binary. */
  static String first(Metadata metadata, String name) {
    for (String value : values(metadata, name)) {
      return value;
    }
    return "";
  }

  /** All values of a header; none if it is binary. */
  static List<String> all(Metadata metadata, String name) {
    List<String> all = new ArrayList<>(1);
    values(metadata, name).forEach(all::add);
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

  private static Iterable<String> values(Metadata metadata, String name) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      return List.of();
    }
    Iterable<String> values = metadata.getAll(key(name));
    return values == null ? List.of() : values;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
