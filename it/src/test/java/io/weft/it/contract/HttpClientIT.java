package io.weft.it.contract;

/** java.net.http, send. */
class HttpClientIT extends ClientContract {
  HttpClientIT() {
    super("HttpClient-1.1");
  }
}
