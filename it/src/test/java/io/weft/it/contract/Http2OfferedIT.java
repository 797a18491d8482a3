package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient when it offers HTTP/2 to servers that have HTTP/1.1 alone. */
class Http2OfferedIT extends ClientContract {
  Http2OfferedIT() {
    super("HttpClient-2", Jdk.oldest());
  }
}
