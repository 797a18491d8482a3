package io.weft.it.mesh;

import io.weft.it.process.Etcd;
import java.util.LinkedHashSet;
import java.util.Set;

/** Writes policies where people with etcdctl write them, and takes them away again. */
final class Policies {
  private final Etcd etcd;
  private final Set<String> written = new LinkedHashSet<>();

  Policies(Etcd etcd) {
    this.etcd = etcd;
  }

  /** Puts a policy for calls to stock. */
  void forStock(String kind, String conf) {
    put(
        kind,
        "stock",
        """
        apiVersion: weft.io/v1
        kind: %s
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf: %s
        """
            .formatted(kind, conf));
  }

  /** Puts a route for calls to stock; rules in YAML's flow style. */
  void routeStock(String rules) {
    forStock("Route", "{rules: [" + rules + "]}");
  }

  /** Puts any text under a document's key. */
  void put(String kind, String name, String text) {
    written.add(kind + "/" + name);
    etcd.putConfig(kind, "default", name, text);
  }

  /** Deletes all that was put. */
  void withdraw() {
    for (String each : written) {
      String[] kindAndName = each.split("/", 2);
      etcd.deleteConfig(kindAndName[0], "default", kindAndName[1]);
    }
    written.clear();
  }
}
