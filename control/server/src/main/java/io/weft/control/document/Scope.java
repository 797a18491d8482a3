package io.weft.control.document;

import java.util.Map;

/**
 * Whose calls a policy rules, and to where. Empty text stands for any.
 *
 * @param toNamespace where the services are; empty for the whole mesh
 * @param toService empty for every service there
 * @param toRoute name of a rule of that service's route; empty for every rule
 */
public record Scope(
    String fromNamespace,
    String fromService,
    Map<String, String> fromLabels,
    String toNamespace,
    String toService,
    String toRoute) {

  static Scope of(Document document) {
    Fields from = document.spec().fields("from");
    Fields to = document.spec().fields("to");
    String own = document.key().namespace();
    boolean system = own.equals(Document.SYSTEM);
    if (document.key().kind() == Kind.EGRESS) {
      // It leads out of the mesh, and so tells callers apart alone.
      return new Scope(
          from.text("namespace", system ? "" : own),
          from.text("service"),
          from.labels("labels"),
          "",
          "",
          "");
    }
    String toNamespace = to.text("namespace", system && to.text("service").isEmpty() ? "" : own);
    // Nobody rules how others call others.
    boolean abroad = !system && !toNamespace.equals(own);
    String fromNamespace =
        from.text("namespace", abroad || (!system && from.has("service")) ? own : "");
    return new Scope(
        fromNamespace,
        from.text("service"),
        from.labels("labels"),
        toNamespace,
        to.text("service"),
        to.text("route"));
  }

  /** Whether calls of that caller are ruled. */
  public boolean takesCaller(String namespace, String service, Map<String, String> labels) {
    return (fromNamespace.isEmpty() || fromNamespace.equals(namespace))
        && (fromService.isEmpty() || fromService.equals(service))
        && labels.entrySet().containsAll(fromLabels.entrySet());
  }

  /** Whether calls to that service are ruled, by one rule of its route or by all. */
  public boolean takesCallee(String namespace, String service) {
    return (toNamespace.isEmpty() || toNamespace.equals(namespace))
        && (toService.isEmpty() || toService.equals(service));
  }

  /** The higher goes before: by how exactly the destination is meant, then the caller. */
  public int rank() {
    int to = !toRoute.isEmpty() ? 3 : !toService.isEmpty() ? 2 : !toNamespace.isEmpty() ? 1 : 0;
    int from =
        !fromService.isEmpty() ? 3 : !fromLabels.isEmpty() ? 2 : !fromNamespace.isEmpty() ? 1 : 0;
    return to * 4 + from;
  }

  /**
   * Whether neither of two goes before the other for some call. Two that select callers by labels
   * could always meet in one caller that has both.
   */
  public boolean ties(Scope other) {
    return rank() == other.rank()
        && toNamespace.equals(other.toNamespace)
        && toService.equals(other.toService)
        && toRoute.equals(other.toRoute)
        && fromService.equals(other.fromService)
        && (fromNamespace.isEmpty()
            || other.fromNamespace.isEmpty()
            || fromNamespace.equals(other.fromNamespace))
        && compatible(fromLabels, other.fromLabels);
  }

  private static boolean compatible(Map<String, String> a, Map<String, String> b) {
    return a.entrySet().stream()
        .allMatch(
            label -> b.getOrDefault(label.getKey(), label.getValue()).equals(label.getValue()));
  }
}
