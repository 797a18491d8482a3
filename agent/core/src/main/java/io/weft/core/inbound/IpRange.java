package io.weft.core.inbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;

/** Addresses that begin with the same bits (RFC 4632, RFC 4291). Immutable. */
public final class IpRange {
  private static final Pattern DOTTED_QUAD =
      Pattern.compile("((25[0-5]|2[0-4]\\d|[01]?\\d?\\d)(\\.|$)){4}(?<!\\.)");
  private static final byte[] NONE = new byte[0];

  private final byte[] address;
  private final int bits;

  private IpRange(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /**
   * Reads {@code 10.0.0.0/8}, or one address.
   *
   * @throws IllegalArgumentException in one line, if it is none
   */
  public static IpRange parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address.length == 0) {
      throw new IllegalArgumentException("not an address or range: " + text);
    }
    int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
    if (bits > address.length * 8) {
      throw new IllegalArgumentException("not an address or range: " + text);
    }
    return new IpRange(address, bits);
  }

  /** Whether any of them holds an address; none holds the empty one. */
  public static boolean anyHas(List<IpRange> ranges, byte[] address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).has(address)) {
        return true;
      }
    }
    return false;
  }

  boolean has(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (address[i] != other[i]) {
        return false;
      }
    }
    int rest = bits % 8;
    return rest == 0 || ((address[whole] ^ other[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
  }

  /** As below, of a literal that is written in full; empty for all else, which is not looked up. */
  public static byte[] literal(String host) {
    return host.indexOf(':') >= 0 || DOTTED_QUAD.matcher(host).matches() ? bytes(host) : NONE;
  }

  /** Of a literal; an IPv4 address within IPv6 is that of IPv4. Empty if it is none. */
  static byte[] bytes(String literal) {
    boolean numbers = !literal.isEmpty();
    boolean six = literal.indexOf(':') >= 0;
    for (int i = 0; i < literal.length() && numbers; i++) {
      char c = literal.charAt(i);
      numbers = Character.digit(c, six ? 16 : 10) >= 0 || c == '.' || c == ':' || c == '%';
    }
    if (!numbers) {
      return new byte[0];
    }
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      return new byte[0];
    }
  }
}
