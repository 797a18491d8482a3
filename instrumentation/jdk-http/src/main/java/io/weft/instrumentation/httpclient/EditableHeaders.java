package io.weft.instrumentation.httpclient;

import io.weft.core.call.HeaderEditor;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Headers being changed. */
final class EditableHeaders implements HeaderEditor {
  private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  EditableHeaders(HttpHeaders before) {
    before.map().forEach((name, all) -> values.put(name, new ArrayList<>(all)));
  }

  HttpHeaders toHeaders() {
    return HttpHeaders.of(values, (name, value) -> true);
  }

  @Override
  public void set(String name, String value) {
    values.remove(name);
    add(name, value);
  }

  @Override
  public void add(String name, String value) {
    values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
  }

  @Override
  public void remove(String name) {
    values.remove(name);
  }
}
