package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient, sendAsync. */
class AsyncHttpClientIT extends ClientContract {
  AsyncHttpClientIT() {
    super("HttpClient-async", Jdk.oldest());
  }
}
