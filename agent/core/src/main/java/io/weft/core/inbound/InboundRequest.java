package io.weft.core.inbound;

import io.weft.core.call.Protocol;
import io.weft.core.call.RequestHead;
import io.weft.core.identity.Peer;
import java.util.List;

/** What a server adapter tells of the request its application is about to serve. */
public interface InboundRequest extends RequestHead {

  Protocol protocol();

  /** http or https. */
  String scheme();

  /** The peer's address, a literal; empty if it is not known. */
  String peerAddress();

  /** Who sent it, as the mesh's TLS of its connection has proven. */
  default Peer peer() {
    return Peer.UNKNOWN;
  }

  /** All values of a header, its name in any case; empty if there is none. */
  default List<String> headers(String name) {
    String first = header(name);
    return first.isEmpty() ? List.of() : List.of(first);
  }

  /** The port it came in at; 0 if it is not known. */
  int localPort();

  /** Whether the thread that tells of it may wait some seconds for the policies it is judged by. */
  default boolean mayWait() {
    return true;
  }
}
