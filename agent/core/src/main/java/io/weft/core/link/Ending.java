package io.weft.core.link;

/**
 * Why there is no stream, or no longer one.
 *
 * @param reason one line for the user
 */
record Ending(Kind kind, String reason) {

  enum Kind {
    /** Nobody answers, or the network or control broke off. */
    UNREACHABLE,
    /** The other side does not present itself under a root that this agent knows control by. */
    UNTRUSTED,
    /** Control does not accept the credential, or none is held. */
    UNAUTHENTICATED,
    /** Control does not speak this agent's protocol. */
    INCOMPATIBLE,
    /** This agent failed at something; a fresh stream may mend it. */
    FAULT,
    /** This side broke it off, to be sent whole what it turned out to lack. */
    RESYNC
  }
}
