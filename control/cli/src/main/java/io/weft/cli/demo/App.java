package io.weft.cli.demo;

import java.util.Map;

/**
 * One process of the shop.
 *
 * @param name unique among them
 * @param service of which it is an instance; its jar has that name too
 * @param agent what stands after {@code -javaagent:weft-agent.jar=}
 * @param environment its own settings
 */
record App(String name, String service, String agent, Map<String, String> environment) {
  static App of(String service, Map<String, String> environment) {
    return new App(service, service, "service=" + service, environment);
  }

  static App of(String service, String version, Map<String, String> environment) {
    return new App(
        service + "-" + version,
        service,
        "service=" + service + ",labels=version=" + version,
        environment);
  }
}
