package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient, send, on the newest JDK found. */
class NewestHttpClientIT extends ClientContract {
  NewestHttpClientIT() {
    super("HttpClient-1.1", Jdk.newest());
  }
}
