package io.weft.control.document;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Forms of text. */
public enum TextForm {
  /** Any text at all. */
  ANY("text", ".*"),
  /** RFC 1123 label: what names of Kubernetes, DNS and paths of etcd have in common. */
  NAME(
      "name (RFC 1123 label: at most 63 of a-z, 0-9 and -, with no - at either end)",
      "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"),
  /** Host of a URL, without a port. */
  HOST(
      "host name, lower case, without a port",
      "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"),
  /** Path of a URL. */
  PATH("path that begins with /", "/[^?#\\s]*"),
  /** Field name of HTTP (RFC 9110, section 5.1). */
  HEADER_NAME("header name", "[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
  /** Field value of HTTP (RFC 9110, section 5.5). */
  HEADER_VALUE("header value on one line", "[^\\r\\n\\x00]*"),
  /** Method of HTTP. */
  METHOD("method in capitals, such as GET", "[A-Z]{1,32}"),
  /** Regular expression; agents run it in linear time, hence without backreferences. */
  REGEX("regular expression (RE2 syntax)", null);

  private final String describe;
  private final @Nullable Pattern pattern;

  TextForm(String describe, @Nullable String pattern) {
    this.describe = describe;
    this.pattern = pattern == null ? null : Pattern.compile(pattern, Pattern.DOTALL);
  }

  String describe() {
    return describe;
  }

  boolean fits(String text) {
    if (pattern != null) {
      return pattern.matcher(text).matches();
    }
    try {
      com.google.re2j.Pattern.compile(text);
      return text.length() <= 1_000;
    } catch (com.google.re2j.PatternSyntaxException e) {
      return false;
    }
  }
}
