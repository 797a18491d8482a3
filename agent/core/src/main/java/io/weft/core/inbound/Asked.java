package io.weft.core.inbound;

import io.weft.core.identity.Peer;
import org.jspecify.annotations.Nullable;

/** What policies look at of one request. Confined to the thread that judges it. */
final class Asked {
  private final InboundRequest request;
  private final Peer peer;
  private final String path;
  private final Claims claims;
  private byte @Nullable [] address;

  /**
   * @param path normalised; empty where no policy asks for it
   * @param claims those of its token, proven
   */
  Asked(InboundRequest request, String path, Claims claims) {
    this.request = request;
    this.peer = request.peer();
    this.path = path;
    this.claims = claims;
  }

  InboundRequest request() {
    return request;
  }

  Peer peer() {
    return peer;
  }

  String path() {
    return path;
  }

  Claims claims() {
    return claims;
  }

  String method() {
    return request.method();
  }

  byte[] address() {
    byte[] known = address;
    if (known == null) {
      known = IpRange.bytes(request.peerAddress());
      address = known;
    }
    return known;
  }
}
