package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** HttpURLConnection on the oldest JDK found, over mutual TLS. */
class SecuredHttpUrlConnectionIT extends SecuredClientContract {
  SecuredHttpUrlConnectionIT() {
    super("HttpURLConnection", Jdk.oldest());
  }
}
