package io.weft.core.settings;

/** What a server does with requests that arrive before this agent's first config. */
public enum InitialPolicy {
  /** Serve them as if there were no mesh. */
  PERMISSIVE,
  /** Refuse them. */
  STRICT
}
