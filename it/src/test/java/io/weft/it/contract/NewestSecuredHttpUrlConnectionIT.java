package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** HttpURLConnection on the newest JDK found, over mutual TLS. */
class NewestSecuredHttpUrlConnectionIT extends SecuredClientContract {
  NewestSecuredHttpUrlConnectionIT() {
    super("HttpURLConnection", Jdk.newest());
  }
}
