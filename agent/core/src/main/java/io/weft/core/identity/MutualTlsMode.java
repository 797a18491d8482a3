package io.weft.core.identity;

/** What a process asks of those who call it. Source: Istio's PeerAuthentication. */
public enum MutualTlsMode {
  /** Mutual TLS is offered, plaintext is taken. */
  PERMISSIVE,
  /** Plaintext is refused. */
  STRICT,
  /** Mutual TLS is not offered; whoever speaks it all the same is understood. */
  DISABLED
}
