package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient on the oldest JDK found, over mutual TLS. */
class SecuredHttpClientIT extends SecuredHttpClientContract {
  SecuredHttpClientIT() {
    super(Jdk.oldest());
  }
}
