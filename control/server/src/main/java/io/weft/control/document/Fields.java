package io.weft.control.document;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Fields as they were read: each of the type that the kind's shape gives it, so that asking by name
 * never fails on what was accepted.
 */
public final class Fields {

  /** Nothing written. */
  public static final Fields NONE = new Fields(Map.of());

  private final Map<String, Object> values;

  Fields(Map<String, Object> values) {
    this.values = values;
  }

  /** Whether it is written. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Text, or empty text. */
  public String text(String name) {
    return text(name, "");
  }

  /** Text, or what holds where it is not written. */
  public String text(String name, String unwritten) {
    return get(name, String.class).orElse(unwritten);
  }

  /** Whole number, or what holds where it is not written. */
  public int whole(String name, int unwritten) {
    return get(name, Integer.class).orElse(unwritten);
  }

  /** Percentage, or 0. */
  public BigDecimal percent(String name) {
    return percent(name, BigDecimal.ZERO);
  }

  /** A percentage, or what holds where it is not written. */
  public BigDecimal percent(String name, BigDecimal unwritten) {
    return get(name, BigDecimal.class).orElse(unwritten);
  }

  /** true or false, or what holds where it is not written. */
  public boolean flag(String name, boolean unwritten) {
    return get(name, Boolean.class).orElse(unwritten);
  }

  /** Nanoseconds, or what holds where it is not written. */
  public long nanos(String name, Duration unwritten) {
    return get(name, Duration.class).orElse(unwritten).toNanos();
  }

  /** Fields below, or none. */
  public Fields fields(String name) {
    return get(name, Fields.class).orElse(NONE);
  }

  /** Elements that are fields each. */
  public List<Fields> each(String name) {
    return list(name, Fields.class::cast);
  }

  /** Elements that are text each. */
  public List<String> texts(String name) {
    return list(name, String.class::cast);
  }

  /** Elements that are whole numbers each. */
  public List<Integer> wholes(String name) {
    return list(name, Integer.class::cast);
  }

  /** Labels, or none. */
  public Map<String, String> labels(String name) {
    Object value = values.get(name);
    if (value instanceof Map<?, ?> written) {
      Map<String, String> labels = new java.util.TreeMap<>();
      written.forEach((key, text) -> labels.put((String) key, (String) text));
      return labels;
    }
    return Map.of();
  }

  private <T> Optional<T> get(String name, Class<T> type) {
    return Optional.ofNullable(values.get(name)).map(type::cast);
  }

  private <T> List<T> list(String name, Function<Object, T> element) {
    Object value = values.get(name);
    return value instanceof List<?> list
        ? list.stream().map(each -> element.apply(each)).toList()
        : List.of();
  }
}
