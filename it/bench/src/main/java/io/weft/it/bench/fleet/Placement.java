package io.weft.it.bench.fleet;

import java.util.ArrayList;
import java.util.List;

/**
 * One process of a fleet.
 *
 * @param service in namespace default
 * @param calls services it calls, each {@code namespace/name}
 */
record Placement(String uid, String service, String address, List<String> calls) {

  /**
   * Services with as many instances each, as far as it goes, the instances of each calling so many
   * other services: so that each service has as many callers, however many there are.
   */
  static List<Placement> evenly(int agents, int services, int calls) {
    return evenly(0, agents, 0, services, calls);
  }

  /**
   * The same beside others that are there already.
   *
   * @param first number of the first agent
   * @param firstService number of the first service; these call each other alone
   */
  static List<Placement> evenly(int first, int agents, int firstService, int services, int calls) {
    List<Placement> all = new ArrayList<>();
    for (int i = 0; i < agents; i++) {
      int service =
          (int) ((long) i * services / agents); // as they are deployed, one after the other
      List<String> called = new ArrayList<>();
      for (int call = 1; call <= Math.min(calls, services - 1); call++) {
        called.add("default/" + service(firstService + (service + call) % services));
      }
      all.add(
          new Placement(
              "agent-" + (first + i), service(firstService + service), address(first + i), called));
    }
    return all;
  }

  /** The name of a service by its number. */
  static String service(int number) {
    return "service-" + number;
  }

  /** An address of its own for each number. */
  static String address(int number) {
    return "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255);
  }
}
