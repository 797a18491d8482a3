package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** HttpURLConnection on the newest JDK found. */
class NewestHttpUrlConnectionIT extends ClientContract {
  NewestHttpUrlConnectionIT() {
    super("HttpURLConnection", Jdk.newest());
  }
}
