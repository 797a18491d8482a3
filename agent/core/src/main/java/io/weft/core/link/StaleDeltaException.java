package io.weft.core.link;

import io.weft.api.v1.ResourceVersion;

/** A delta whose base is not what this agent holds. */
final class StaleDeltaException extends Exception {

  private final transient ResourceVersion delta;

  StaleDeltaException(ResourceVersion delta) {
    super("a delta of the endpoints of " + delta.getName() + " does not fit what is held");
    this.delta = delta;
  }

  ResourceVersion delta() {
    return delta;
  }
}
