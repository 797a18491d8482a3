package io.weft.control.admin;

import io.weft.control.accept.Acceptance;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.accept.History;
import io.weft.control.compile.ServiceId;
import io.weft.control.document.Document;
import io.weft.control.document.Fields;
import io.weft.control.document.Kind;
import io.weft.control.document.Problem;
import io.weft.control.edge.Denial;
import io.weft.control.edge.Denials;
import io.weft.control.edge.Edge;
import io.weft.control.edge.Edges;
import io.weft.control.keys.KeySets;
import io.weft.control.loop.Loop;
import io.weft.control.push.AgentStatus;
import io.weft.control.push.Fleet;
import io.weft.control.registry.Instance;
import io.weft.control.registry.Registry;
import io.weft.control.replica.Replicas;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.StoreHealth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** What people ask of a control service, as answers for JSON. For any thread. */
public final class View {

  /** GET /v1/status. */
  public record Status(
      String replica,
      String store,
      String storeLost,
      long epoch,
      long generation,
      Map<String, String> replicas,
      List<AgentStatus> agents,
      List<InstanceStatus> instances,
      List<String> services,
      List<Problem> problems) {}

  /** An instance, whether or not its agent is connected to this replica. */
  public record InstanceStatus(
      String uid, String service, String state, String address, List<Integer> ports) {}

  /** One document of GET /v1/config. */
  public record Shown(
      String kind,
      String namespace,
      String name,
      long generation,
      String text,
      List<Problem> problems) {}

  private final String id;
  private final Loop loop;
  private final ConfigStore store;
  private final Acceptance acceptance;
  private final History history;
  private final Registry registry;
  private final Replicas replicas;
  private final Fleet fleet;
  private final KeySets keys;
  private final Edges edges;
  private final Denials denials;
  private final StoreHealth health;

  public View(
      String id,
      Loop loop,
      ConfigStore store,
      Acceptance acceptance,
      History history,
      Registry registry,
      Replicas replicas,
      Fleet fleet,
      KeySets keys,
      Edges edges,
      Denials denials,
      StoreHealth health) {
    this.id = id;
    this.loop = loop;
    this.store = store;
    this.acceptance = acceptance;
    this.history = history;
    this.registry = registry;
    this.replicas = replicas;
    this.fleet = fleet;
    this.keys = keys;
    this.edges = edges;
    this.denials = denials;
    this.health = health;
  }

  /** What this replica knows: its own agents, and instances of all. */
  CompletableFuture<Status> status() {
    return loop.ask(
        () -> {
          Accepted accepted = acceptance.inForce();
          List<Problem> problems = new ArrayList<>();
          acceptance.problems().values().forEach(problems::addAll);
          problems.addAll(keys.problems());
          return new Status(
              id,
              store.describe(),
              health.lost(),
              accepted.epoch(),
              accepted.generation(),
              new TreeMap<>(replicas.all()),
              fleet.status(),
              registry.instances().stream().map(View::instance).toList(),
              fleet.compiler().services().keySet().stream().map(ServiceId::toString).toList(),
              problems);
        });
  }

  private static InstanceStatus instance(Instance instance) {
    return new InstanceStatus(
        instance.uid(),
        instance.id().toString(),
        instance.state().name(),
        instance.addresses().isEmpty() ? "" : instance.addresses().get(0),
        instance.ports().stream().map(Instance.Port::number).toList());
  }

  CompletableFuture<Map<String, String>> otherReplicas() {
    return loop.ask(
        () -> {
          Map<String, String> others = new TreeMap<>(replicas.all());
          others.remove(id);
          return others;
        });
  }

  CompletableFuture<List<Edge>> edges() {
    return loop.ask(edges::now);
  }

  CompletableFuture<List<Denial>> denials() {
    return loop.ask(denials::now);
  }

  CompletableFuture<List<History.Step>> history(int most) {
    return history.newest(most);
  }

  /** Documents in force, and beside each what is wrong with a newer text of it. */
  CompletableFuture<List<Shown>> documents(String kind, String namespace, String name) {
    return loop.ask(
        () -> {
          Map<String, Shown> shown = new TreeMap<>();
          Map<String, List<Problem>> problems = acceptance.problems();
          for (InForce each : acceptance.inForce().documents().values()) {
            Document.Key key = each.document().key();
            shown.put(
                key.toString(),
                new Shown(
                    key.kind().word(),
                    key.namespace(),
                    key.name(),
                    each.generation(),
                    each.document().text(),
                    problems.getOrDefault(key.toString(), List.of())));
          }
          problems.forEach(
              (path, wrong) -> {
                String[] parts = path.split("/", 3);
                if (parts.length == 3) {
                  shown.putIfAbsent(path, new Shown(parts[0], parts[1], parts[2], 0, "", wrong));
                }
              });
          return shown.values().stream()
              .filter(each -> kind.isEmpty() || each.kind().equals(kind))
              .filter(each -> namespace.isEmpty() || each.namespace().equals(namespace))
              .filter(each -> name.isEmpty() || each.name().equals(name))
              .toList();
        });
  }

  /**
   * What is allowed but probably not meant: routes to nobody, keys that can be changed on the way,
   * what not all can do.
   */
  CompletableFuture<List<Problem>> warnings(Collection<Document> documents) {
    return loop.ask(
        () -> {
          List<Problem> warnings = new ArrayList<>();
          for (Document document : documents) {
            if (document.key().kind() == Kind.ROUTE) {
              warn(document, warnings);
            }
            if (document.key().kind() == Kind.EXTERNAL_SERVICE) {
              warnOfInstances(document, warnings);
            }
            if (document.conf().has("hedge")) {
              warnings.add(
                  new Problem(
                      document.file(),
                      document.line(),
                      "spec.conf.hedge",
                      "calls made with HttpURLConnection, which holds a thread for each, are not"
                          + " hedged"));
            }
            if (mirrors(document)) {
              warnings.add(
                  new Problem(
                      document.file(),
                      document.line(),
                      "spec.conf.rules",
                      "calls made with HttpURLConnection, which holds a thread for each, are not"
                          + " mirrored"));
            }
            if (isForgeable(document.conf().text("jwksUri"))) {
              warnings.add(
                  new Problem(
                      document.file(),
                      document.line(),
                      "spec.conf.jwksUri",
                      "is http: who sits between control and the issuer can change the keys"));
            }
          }
          return warnings;
        });
  }

  private void warnOfInstances(Document document, List<Problem> warnings) {
    ServiceId service = new ServiceId(document.key().namespace(), document.key().name());
    if (registry.anyCarries(service, Map.of())) {
      warnings.add(
          new Problem(
              document.file(),
              document.line(),
              "metadata.name",
              service + " has instances, which from now on nobody calls by that name"));
    }
  }

  private static boolean mirrors(Document document) {
    return document.conf().each("rules").stream()
        .flatMap(rule -> rule.each("filters").stream())
        .anyMatch(filter -> filter.has("requestMirror"));
  }

  private static boolean isForgeable(String uri) {
    return uri.startsWith("http:")
        && !uri.matches("http://(localhost|127\\.[\\d.]+|\\[::1])([:/?].*)?");
  }

  private void warn(Document document, List<Problem> warnings) {
    List<Fields> rules = document.conf().each("rules");
    for (int i = 0; i < rules.size(); i++) {
      List<Fields> backends = rules.get(i).each("backends");
      for (int j = 0; j < backends.size(); j++) {
        Fields backend = backends.get(j);
        ServiceId service =
            new ServiceId(
                backend.text("namespace", document.scope().toNamespace()),
                backend.text("service", document.scope().toService()));
        if (!service.name().isEmpty()
            && !fleet.compiler().isExternal(service)
            && !registry.anyCarries(service, backend.labels("labels"))) {
          warnings.add(
              new Problem(
                  document.file(),
                  document.line(),
                  "spec.conf.rules[" + i + "].backends[" + j + "]",
                  "no instance of "
                      + service
                      + (backend.labels("labels").isEmpty()
                          ? " is there yet"
                          : " carries " + backend.labels("labels") + " yet")));
        }
      }
    }
  }
}
