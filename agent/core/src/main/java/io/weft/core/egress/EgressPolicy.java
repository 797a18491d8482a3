package io.weft.core.egress;

import io.weft.api.v1.Egress;
import io.weft.core.config.Source;
import io.weft.core.inbound.IpRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Which hosts outside the mesh may be called, by their names alone: nothing is looked up. What is
 * this machine itself always may. Immutable.
 */
public final class EgressPolicy {
  /** What an exception's number is where none means a call. */
  public static final int DEFAULT = -1;

  private final Source source;
  private final boolean shadow;
  private final boolean deny;
  private final EgressException[] exceptions;

  private EgressPolicy(Source source, boolean shadow, boolean deny, EgressException[] exceptions) {
    this.source = source;
    this.shadow = shadow;
    this.deny = deny;
    this.exceptions = exceptions;
  }

  /**
   * As control sent it.
   *
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  public static EgressPolicy of(Egress egress) {
    return new EgressPolicy(
        Source.of(egress.getSource()),
        egress.getShadow(),
        egress.getDeny(),
        egress.getExceptionsList().stream()
            .map(EgressException::of)
            .toArray(EgressException[]::new));
  }

  /** The winning document. */
  public Source source() {
    return source;
  }

  /** Whether what it denies is to be told, and made all the same. */
  public boolean shadow() {
    return shadow;
  }

  /**
   * Whether a call is not to be made.
   *
   * @param host as the application wrote it, an IPv6 literal without brackets
   */
  public boolean denies(String host, int port) {
    byte[] address = IpRange.literal(host);
    return !isThisMachine(host, address) && deny == (exception(host, address, port) == DEFAULT);
  }

  /** As above, of a host that an ExternalService makes known: an exception alone can deny it. */
  public boolean deniesKnown(String host, int port) {
    return !deny && denies(host, port);
  }

  /** Which exception means a call, from 0; {@link #DEFAULT} for none. */
  public int exception(String host, int port) {
    return exception(host, IpRange.literal(host), port);
  }

  private int exception(String host, byte[] address, int port) {
    String name = canonical(host);
    for (int i = 0; i < exceptions.length; i++) {
      if (exceptions[i].means(name, address, port)) {
        return i;
      }
    }
    return DEFAULT;
  }

  // The dot of the root (RFC 1034, 3.1) makes no other host of it.
  private static String canonical(String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return name.toLowerCase(Locale.ROOT);
  }

  private static boolean isThisMachine(String host, byte[] address) {
    if (address.length == 0) {
      return canonical(host).equals("localhost");
    }
    try {
      return InetAddress.getByAddress(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("neither 4 nor 16 bytes", e);
    }
  }
}
