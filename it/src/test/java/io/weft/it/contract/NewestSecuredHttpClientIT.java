package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** The JDK's HttpClient on the newest JDK found, over mutual TLS. */
class NewestSecuredHttpClientIT extends SecuredHttpClientContract {
  NewestSecuredHttpClientIT() {
    super(Jdk.newest());
  }
}
