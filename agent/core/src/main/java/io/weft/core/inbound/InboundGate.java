package io.weft.core.inbound;

/**
 * What may come in at this process's ports before a request is read. Thread-safe; cheap: asked once
 * for each connection.
 */
public interface InboundGate {
  /** Lets everything in. */
  InboundGate OPEN = (localPort, peerAddress) -> true;

  /** That of this JVM. */
  static InboundGate current() {
    return InboundGates.current;
  }

  /** Makes one that of this JVM. */
  static void install(InboundGate gate) {
    InboundGates.current = gate;
  }

  /**
   * Whether plaintext may come in on a connection. Where it depends on the request's path, it may,
   * and each request is judged. An adapter closes the connection, with no answer, where it may not.
   *
   * @param peerAddress a literal; empty if it is not known
   */
  boolean admitsPlaintext(int localPort, String peerAddress);
}
