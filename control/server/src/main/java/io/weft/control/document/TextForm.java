package io.weft.control.document;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Optional;
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
  /** Hosts by their name or its end. */
  HOST_PATTERN(
      "host name, lower case, without a port, or *. and the end of one",
      "(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"),
  /** Path of a URL. */
  PATH("path that begins with /", "/[^?#\\s]*"),
  /** Field name of HTTP (RFC 9110, section 5.1). */
  HEADER_NAME("header name", "[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
  /** Field value of HTTP (RFC 9110, section 5.5). */
  HEADER_VALUE("header value on one line", "[^\\r\\n\\x00]*"),
  /** Method of HTTP. */
  METHOD("method in capitals, such as GET", "[A-Z]{1,32}"),
  /** A name in a certificate, short or whole, an asterisk at its end or alone. */
  PRINCIPAL(
      "principal: namespace/principal, namespace/*, a SPIFFE ID with or without * at its end, or *"
          + " for every proven one",
      "\\*|[a-z0-9-]{1,63}/(\\*|[A-Za-z0-9._-]{1,63})|spiffe://[a-z0-9._-]+[A-Za-z0-9._/-]*\\*?"),
  /** A path, an asterisk at one end or alone. */
  PATH_PATTERN(
      "path that begins with /, or with * at one of its ends", "\\*|/[^*?#\\s]*\\*?|\\*[^*?#\\s]+"),
  /** Where instances run, an asterisk at its end for all that begin so. */
  ZONE("zone, or what zones begin with and then *", "[A-Za-z0-9._/-]{1,128}\\*?"),
  /** Any text, an asterisk at one end or alone. */
  PATTERN("text, or with * at one of its ends", "[^*\\r\\n]*\\*?|\\*[^*\\r\\n]+"),
  /** Name of an attribute (OpenTelemetry's naming). */
  ATTRIBUTE("name of an attribute, such as shop.customer", "[a-z][a-zA-Z0-9_]*(\\.[a-zA-Z0-9_]+)*"),
  /** Who signs tokens (RFC 7519, section 4.1.1). */
  TOKEN_ISSUER("text on one line, not empty", "[^\\r\\n]+"),
  /** What a token says (RFC 7519, section 4). */
  CLAIM_NAME("name of a claim, such as groups or realm.roles", "[^\\s]+"),
  /** A name of gRPC. */
  GRPC_NAME("name of gRPC, such as shop.v1.Stock", "[A-Za-z_][A-Za-z0-9_.]*"),
  /** Where something can be fetched; without credentials, which documents do not hold. */
  HTTP_URL("URL such as https://login.example.com/keys", "https?://[^\\s/?#@]+([/?][^\\s#]*)?"),
  /** Where something can be connected to. */
  ADDRESS("host name or address", null),
  /** Addresses, by their first bits (RFC 4632). */
  CIDR("address or range such as 10.0.0.0/8", null),
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

  /**
   * A regular expression for the whole of it, that Java and ECMAScript read alike; empty if none
   * tells.
   */
  Optional<String> expression() {
    return pattern == null || this == ANY ? Optional.empty() : Optional.of(pattern.pattern());
  }

  private static boolean isRange(String text) {
    String[] parts = text.split("/", -1);
    // Only what cannot be a host's name, so that none is looked up.
    boolean literal = parts[0].matches("(\\d{1,3}\\.){3}\\d{1,3}") || parts[0].contains(":");
    if (parts.length > 2 || !literal || !parts[0].matches("[0-9a-fA-F:.]+")) {
      return false;
    }
    try {
      int bits = InetAddress.getByName(parts[0]).getAddress().length * 8;
      return parts.length == 1
          || (parts[1].matches("\\d{1,3}") && Integer.parseInt(parts[1]) <= bits);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean hasHost(String url) {
    try {
      return new URI(url).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  boolean fits(String text) {
    if (pattern != null) {
      return pattern.matcher(text).matches() && (this != HTTP_URL || hasHost(text));
    }
    if (this == CIDR) {
      return isRange(text);
    }
    if (this == ADDRESS) {
      return HOST.fits(text) || (text.indexOf('/') < 0 && isRange(text));
    }
    try {
      com.google.re2j.Pattern.compile(text);
      return text.length() <= 1_000;
    } catch (com.google.re2j.PatternSyntaxException e) {
      return false;
    }
  }
}
