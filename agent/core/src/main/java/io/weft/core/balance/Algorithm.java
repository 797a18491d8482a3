package io.weft.core.balance;

/** How one of several endpoints is chosen; the names are Envoy's, but for PEAK_EWMA, Linkerd's. */
public enum Algorithm {
  /** The one with fewer attempts in flight of two taken at random, by weight. */
  LEAST_REQUEST,
  /** One after the other, by weight, evenly interleaved. */
  ROUND_ROBIN,
  /** Any, by weight. */
  RANDOM,
  /** The one that is likely to answer sooner of two taken at random, by weight. */
  PEAK_EWMA,
  /** The same one for the same hash; few change theirs when an endpoint comes or goes. */
  RING_HASH,
  /** As RING_HASH, shared out more evenly, and chosen in one look. */
  MAGLEV
}
