package io.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One service calling another over the last seconds, as the agents of the callers saw it.
 *
 * @param versions of the callee, by name
 */
record Edge(String caller, String callee, List<Version> versions) {
  /**
   * One version of the callee.
   *
   * @param name label {@code version} of the instances that answered; empty if they have none
   * @param encrypted share of the calls that went over mutual TLS, from 0 to 1; 1 if none reached
   *     anybody
   * @param causes failures by what made them
   */
  record Version(
      String name,
      double callsPerSecond,
      long calls,
      long failures,
      double p50Millis,
      double p99Millis,
      long retries,
      double encrypted,
      Map<String, Long> causes) {}

  /** What control answers to {@code GET /v1/edges}. */
  static List<Edge> all(JsonNode answer) {
    Map<String, Edge> edges = new TreeMap<>();
    for (JsonNode each : answer.path("edges")) {
      String caller = shortName(each.path("caller").asText());
      String callee = shortName(each.path("callee").asText());
      edges
          .computeIfAbsent(caller + " " + callee, k -> new Edge(caller, callee, new ArrayList<>()))
          .versions
          .add(version(each));
    }
    edges.values().forEach(edge -> edge.versions.sort(Comparator.comparing(Version::name)));
    return List.copyOf(edges.values());
  }

  /** As in {@code storefront→orders}. */
  String name() {
    return caller + "→" + callee;
  }

  double callsPerSecond() {
    return versions.stream().mapToDouble(Version::callsPerSecond).sum();
  }

  long calls() {
    return versions.stream().mapToLong(Version::calls).sum();
  }

  long failures() {
    return versions.stream().mapToLong(Version::failures).sum();
  }

  long retries() {
    return versions.stream().mapToLong(Version::retries).sum();
  }

  /** Whether all that was called went over mutual TLS. */
  boolean encrypted() {
    return versions.stream().allMatch(version -> version.encrypted == 1);
  }

  /** Failures of all versions by what made them. */
  Map<String, Long> causes() {
    Map<String, Long> causes = new TreeMap<>();
    versions.forEach(
        version -> version.causes.forEach((cause, count) -> causes.merge(cause, count, Long::sum)));
    return causes;
  }

  /** Share of a version among all calls, from 0 to 1. */
  double share(Version version) {
    return calls() == 0 ? 0 : (double) version.calls / calls();
  }

  private static Version version(JsonNode each) {
    Map<String, Long> causes = new TreeMap<>();
    each.path("causes")
        .properties()
        .forEach(cause -> causes.put(cause.getKey(), cause.getValue().asLong()));
    return new Version(
        each.path("version").asText(),
        each.path("callsPerSecond").asDouble(),
        each.path("calls").asLong(),
        each.path("failures").asLong(),
        each.path("p50Millis").asDouble(),
        each.path("p99Millis").asDouble(),
        each.path("retries").asLong(),
        each.path("encrypted").asDouble(1),
        causes);
  }

  // All of the shop lives in one namespace, which would only be noise.
  private static String shortName(String service) {
    return service.startsWith("default/") ? service.substring("default/".length()) : service;
  }
}
