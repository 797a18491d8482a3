package io.weft.core.registry;

/**
 * A port on which a server of this process listens.
 *
 * @param number the port it is really bound to, 1 to 65535
 * @param address the local address it is bound to, a literal such as {@code 0.0.0.0}, {@code ::} or
 *     {@code 127.0.0.1}; empty if the library does not say
 * @param library what serves it, as {@code weft status} shows it, e.g. {@code tomcat}
 */
public record PortInfo(
    int number, String address, PortProtocol protocol, PortTls tls, String library) {

  public PortInfo {
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("not the number of a bound port: " + number);
    }
  }
}
