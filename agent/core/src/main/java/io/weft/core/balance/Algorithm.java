package io.weft.core.balance;

/** How one of several endpoints is chosen; the names are Envoy's. */
public enum Algorithm {
  /** The one with fewer attempts in flight of two taken at random, by weight. */
  LEAST_REQUEST,
  /** One after the other, by weight, evenly interleaved. */
  ROUND_ROBIN
}
