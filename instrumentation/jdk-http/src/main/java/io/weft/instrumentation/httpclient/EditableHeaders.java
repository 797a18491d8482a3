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
    // Their lists are not changed: most stay as they are.
    values.putAll(before.map());
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
    values.merge(name, List.of(value), EditableHeaders::joined);
  }

  private static List<String> joined(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  @Override
  public void remove(String name) {
    values.remove(name);
  }
}
