package io.weft.core.route;

import io.weft.core.config.ServiceKey;
import java.util.random.RandomGenerator;

/**
 * Who gets copies of some requests (Gateway API HTTPRequestMirrorFilter). Immutable.
 *
 * @param service whose they are
 * @param routes the one way that a copy goes
 * @param share of the requests, in thousandths of a percent
 */
public record Mirror(ServiceKey service, RouteTable routes, int share) {
  private static final int WHOLE = 100_000;

  /** Whether a request is to be copied. */
  public boolean takes(RandomGenerator chance) {
    return share >= WHOLE || chance.nextInt(WHOLE) < share;
  }
}
