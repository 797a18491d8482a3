package io.weft.instrumentation.urlconnection;

import io.weft.core.call.HeaderEditor;
import io.weft.core.call.HeaderField;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of an answer, its status line first, as the library numbers and looks up its fields. */
final class HeaderList implements HeaderEditor {
  private final String statusLine;
  private final List<HeaderField> fields;

  HeaderList(String statusLine, List<HeaderField> fields) {
    this.statusLine = statusLine;
    this.fields = fields;
  }

  /** A copy of the head of an answer. */
  static HeaderList of(HttpURLConnection connection) {
    String statusLine = connection.getHeaderField(0);
    List<HeaderField> fields = new ArrayList<>();
    for (int i = 1; connection.getHeaderFieldKey(i) != null; i++) {
      fields.add(new HeaderField(connection.getHeaderFieldKey(i), connection.getHeaderField(i)));
    }
    return new HeaderList(statusLine == null ? "" : statusLine, fields);
  }

  @Nullable String value(int index) {
    if (index == 0) {
      return statusLine;
    }
    return index > 0 && index <= fields.size() ? fields.get(index - 1).value() : null;
  }

  @Nullable String name(int index) {
    return index > 0 && index <= fields.size() ? fields.get(index - 1).name() : null;
  }

  /** The last value, as the library answers. */
  @Nullable String value(String name) {
    for (int i = fields.size() - 1; i >= 0; i--) {
      if (fields.get(i).name().equalsIgnoreCase(name)) {
        return fields.get(i).value();
      }
    }
    return null;
  }

  /** By name as it was sent; null stands for the status line. The last value comes first. */
  Map<String, List<String>> toMap() {
    Map<@Nullable String, List<String>> map = new HashMap<>();
    for (int i = fields.size() - 1; i >= 0; i--) {
      HeaderField field = fields.get(i);
      map.computeIfAbsent(field.name(), name -> new ArrayList<>(1)).add(field.value());
    }
    map.put(null, List.of(statusLine));
    map.replaceAll((name, values) -> Collections.unmodifiableList(values));
    return Collections.unmodifiableMap(map);
  }

  @Override
  public void set(String name, String value) {
    remove(name);
    add(name, value);
  }

  @Override
  public void add(String name, String value) {
    fields.add(new HeaderField(name, value));
  }

  @Override
  public void remove(String name) {
    fields.removeIf(field -> field.name().equalsIgnoreCase(name));
  }
}
