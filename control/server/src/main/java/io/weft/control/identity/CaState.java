package io.weft.control.identity;

import org.jspecify.annotations.Nullable;

/**
 * The authority as it stands in the store.
 *
 * @param phase of the latest change of the root
 * @param since when that phase began, ISO 8601
 * @param current signs until the next one does
 * @param next there from announcement to retirement
 * @param signedUntil end of the longest certificate that was signed with a life of its own, ISO
 *     8601; null for none
 */
record CaState(
    String trustDomain,
    Phase phase,
    String since,
    Sealed current,
    @Nullable Sealed next,
    @Nullable String signedUntil) {

  /**
   * How far a change of the root has come. Each step is a write of its own: any replica goes on.
   */
  enum Phase {
    /** There has been none. */
    STEADY,
    /** Agents are told to believe both roots. */
    ANNOUNCED,
    /** All connected agents do. */
    ACKNOWLEDGED,
    /** The new one signs, and agents are asked to renew. */
    SIGNING,
    /** Until the longest life that the old one has signed is over. */
    WAITING,
    /** The old one is believed no more. */
    RETIRED
  }

  /**
   * A signer.
   *
   * @param root PEM
   * @param intermediate PEM
   * @param key PKCS#8, sealed under {@link CaKey}
   */
  record Sealed(CaAlgorithm algorithm, String root, String intermediate, String key) {}

  boolean isUnderWay() {
    return phase != Phase.STEADY && phase != Phase.RETIRED;
  }

  /** Whether the next one signs by now. */
  boolean nextSigns() {
    return phase == Phase.SIGNING || phase == Phase.WAITING;
  }

  CaState at(Phase reached, String now) {
    return new CaState(trustDomain, reached, now, current, next, signedUntil);
  }

  CaState announcing(Sealed successor, String now) {
    return new CaState(trustDomain, Phase.ANNOUNCED, now, current, successor, signedUntil);
  }

  CaState retired(Sealed successor, String now) {
    return new CaState(trustDomain, Phase.RETIRED, now, successor, null, null);
  }

  CaState signedUntil(String end) {
    return new CaState(trustDomain, phase, since, current, next, end);
  }
}
