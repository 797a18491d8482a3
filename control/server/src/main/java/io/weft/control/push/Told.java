package io.weft.control.push;

import io.weft.api.v1.Explanation;

/**
 * What an agent answered.
 *
 * @param service {@code namespace/name}
 * @param instance {@code host:pid}
 * @param address from which its stream comes
 */
public record Told(String service, String instance, String address, Explanation explanation) {
  static Told of(Agent agent, Explanation explanation) {
    return new Told(
        agent.service().toString(),
        agent.identity().getHost() + ":" + agent.identity().getPid(),
        agent.remote(),
        explanation);
  }
}
