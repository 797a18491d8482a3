package io.weft.it.contract;

/** HttpURLConnection, which is stateful and asks for nothing before it must. */
class HttpUrlConnectionIT extends ClientContract {
  HttpUrlConnectionIT() {
    super("HttpURLConnection");
  }
}
