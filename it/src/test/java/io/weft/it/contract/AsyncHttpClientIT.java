package io.weft.it.contract;

/** java.net.http, sendAsync. */
class AsyncHttpClientIT extends ClientContract {
  AsyncHttpClientIT() {
    super("HttpClient-async");
  }
}
