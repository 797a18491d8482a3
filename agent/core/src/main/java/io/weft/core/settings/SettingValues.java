package io.weft.core.settings;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text of a setting; each method throws IllegalArgumentException that says the mend. */
final class SettingValues {

  private static final int CONTROL_PORT = 15_010;
  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_./]{0,251}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  private SettingValues() {}

  /** A name by RFC 1123, as it will stand in host names and SPIFFE paths. */
  static String dnsLabel(String text) {
    if (!DNS_LABEL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "is no DNS label; use up to 63 of a-z, 0-9 and -, such as orders");
    }
    return text;
  }

  static Map<String, String> labels(String text) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String pair : parts(text, ";")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals).strip();
      String value = equals < 0 ? "" : pair.substring(equals + 1).strip();
      if (equals < 0
          || !LABEL_KEY.matcher(key).matches()
          || !LABEL_VALUE.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "has no label in \"" + pair + "\"; write labels like version=v1;tier=gold");
      }
      labels.put(key, value);
    }
    return labels;
  }

  static List<HostPort> addresses(String text) {
    List<HostPort> addresses = new ArrayList<>();
    for (String part : parts(text, "[;,]")) {
      try {
        addresses.add(HostPort.parse(part, CONTROL_PORT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "is no address (" + e.getMessage() + "); write it like control.example:15010", e);
      }
    }
    return addresses;
  }

  static Set<Integer> ports(String text) {
    Set<Integer> ports = new TreeSet<>();
    for (String part : parts(text, "[;,]")) {
      Matcher range = PORTS.matcher(part);
      if (!range.matches()) {
        throw new IllegalArgumentException(
            "has no port in \"" + part + "\"; write ports like 8081;9000-9010");
      }
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (first < 1 || last > 65_535 || first > last) {
        throw new IllegalArgumentException(
            "has \""
                + part
                + "\", which is not within 1 to 65535; write ports like 8081;9000-9010");
      }
      for (int port = first; port <= last; port++) {
        ports.add(port);
      }
    }
    return ports;
  }

  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("is no duration; write it like 250ms, 5s or 1m");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  static boolean yesOrNo(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("is neither true nor false");
    };
  }

  static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw new IllegalArgumentException("is none of " + String.join(", ", names));
  }

  static File file(String text, String home) {
    return text.startsWith("~/") ? new File(home, text.substring(2)) : new File(text);
  }

  private static List<String> parts(String text, String separator) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(separator, -1)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("is empty");
    }
    return parts;
  }
}
