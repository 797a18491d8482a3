package io.weft.core.identity;

import javax.net.ssl.SSLException;

/**
 * The outside of a record of TLS (RFC 8446, 5.1): a connection that has not sent a whole one yet is
 * worth no engine.
 */
public final class TlsRecord {
  /** The bytes that say how long a record is, the last two of them its length. */
  public static final int HEADER = 5;

  private static final int LARGEST = 16_384 + 2_048;

  private TlsRecord() {}

  /**
   * The bytes of a record and its header.
   *
   * @param high the fourth byte of the header
   * @param low the fifth
   * @throws SSLException in one line, if it is larger than any may be
   */
  public static int length(byte high, byte low) throws SSLException {
    int length = ((high & 0xff) << 8) | (low & 0xff);
    if (length > LARGEST) {
      throw new SSLException("it sent a record of " + length + " bytes");
    }
    return HEADER + length;
  }
}
