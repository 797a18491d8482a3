package io.weft.core.link;

import io.weft.api.v1.Welcome;
import io.weft.core.log.Log;
import io.weft.core.settings.HostPort;
import java.util.EnumSet;
import java.util.Set;

/**
 * Tells the user how the link fares: each kind of trouble once, and once when it is over. Confined
 * to the link's thread.
 */
final class LinkNews {

  private final Set<Ending.Kind> said = EnumSet.noneOf(Ending.Kind.class);
  private boolean everUp;

  void up(HostPort control, Welcome welcome) {
    if (!everUp) {
      Log.info("in mesh " + welcome.getMesh() + ", by control at " + control);
    } else if (!said.isEmpty()) {
      Log.info("control is back, at " + control);
    }
    everUp = true;
    said.clear();
  }

  /**
   * @param everywhere whether all addresses have been tried since the link was last up
   * @param configured whether there is config in force
   */
  void down(HostPort control, Ending ending, boolean everywhere, boolean configured) {
    if (ending.kind() == Ending.Kind.RESYNC
        || (ending.kind() == Ending.Kind.UNREACHABLE && !everywhere)) {
      Log.debug("control at " + control + ": " + ending.reason());
    } else if (said.add(ending.kind())) {
      Log.warn(
          (everUp && ending.kind() == Ending.Kind.UNREACHABLE ? "control is lost" : "no control")
              + ", at "
              + control
              + ": "
              + ending.reason()
              + "; the application runs on, "
              + (configured ? "by the last config it had" : "outside the mesh")
              + ", and the agent keeps trying");
    }
  }

  /** No try could be made at all. */
  void noCredential(String reason) {
    if (said.add(Ending.Kind.UNAUTHENTICATED)) {
      Log.warn(reason + "; the application runs on, and the agent keeps looking");
    }
  }
}
