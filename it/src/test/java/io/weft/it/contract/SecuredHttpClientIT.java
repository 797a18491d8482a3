package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient on the oldest JDK found, over mutual TLS. */
class SecuredHttpClientIT extends SecuredClientContract {
  SecuredHttpClientIT() {
    super("HttpClient-1.1", Jdk.oldest());
  }
}
