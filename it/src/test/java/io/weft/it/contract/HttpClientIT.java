package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient, send, on the oldest JDK found. */
class HttpClientIT extends ClientContract {
  HttpClientIT() {
    super("HttpClient-1.1", Jdk.oldest());
  }
}
