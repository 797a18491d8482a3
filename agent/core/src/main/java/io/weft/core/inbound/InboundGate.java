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
   * Whether it is known what may come in. It is not in the first moments of a process that has no
   * policies from before; what comes then waits, some seconds at most. An adapter whose thread must
   * not wait asks this before anything else.
   */
  default boolean isSettled() {
    return true;
  }

  /**
   * Runs once it is known what may come in, at once if it is.
   *
   * @param then on any thread, which it must not block
   */
  default void whenSettled(Runnable then) {
    then.run();
  }

  /**
   * Whether plaintext may come in on a connection; waits until that is known. Where it depends on
   * the request's path, it may, and each request is judged. An adapter closes the connection, with
   * no answer, where it may not.
   *
   * @param peerAddress a literal; empty if it is not known
   */
  boolean admitsPlaintext(int localPort, String peerAddress);

  /**
   * Whether nothing but the mesh's TLS would be admitted on a connection that has said nothing yet:
   * it need not be waited for longer than a handshake may take.
   *
   * @param peerAddress a literal; empty if it is not known
   */
  default boolean demandsTls(int localPort, String peerAddress) {
    return false;
  }

  /**
   * Says, though not each time, that a handshake has failed. The adapter has told the other side no
   * more than an alert of TLS does.
   *
   * @param peerAddress a literal; empty if it is not known
   */
  default void refusedHandshake(int localPort, String peerAddress, Throwable why) {}
}
