package io.weft.control.keys;

import java.util.concurrent.CompletableFuture;

/** Where the JWK sets of issuers are had from. */
interface KeySetSource {

  /**
   * Begins to fetch one, as RFC 7517 has it. Does not block; ends within a bounded time, with an
   * exception whose message says in one line what is wrong.
   */
  CompletableFuture<KeptKeys.Fetched<String>> fetch(String uri);
}
