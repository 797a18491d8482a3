package io.weft.it.contract;

import io.weft.it.process.Jdk;

/** HttpURLConnection on the oldest JDK found. */
class HttpUrlConnectionIT extends ClientContract {
  HttpUrlConnectionIT() {
    super("HttpURLConnection", Jdk.oldest());
  }
}
