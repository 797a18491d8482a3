package io.weft.control.keys;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where the JWK sets of issuers are had from. */
interface KeySetSource {

  /**
   * A JWK set as it was fetched.
   *
   * @param json RFC 7517
   * @param fresh how long the issuer says that it holds; empty if it says nothing
   */
  record Fetched(String json, Optional<Duration> fresh) {}

  /**
   * Begins to fetch one. Does not block; ends within a bounded time, with an exception whose
   * message says in one line what is wrong.
   */
  CompletableFuture<Fetched> fetch(String uri);
}
