package io.weft.it.bench.fleet;

import java.util.List;
import java.util.Locale;

/** What is written while it is measured. */
final class Policies {
  private Policies() {}

  /** How long calls of a service, by its number, may take. */
  static String timeout(int service, int millis) {
    return """
        apiVersion: weft.io/v1
        kind: Timeout
        metadata: {name: fleet-%d}
        spec:
          to: {service: %s}
          conf: {request: %dms}
        """
        .formatted(service, Placement.service(service), millis);
  }

  /** Some of several kinds, for callers and for callees. */
  static String ofMany() {
    StringBuilder all = new StringBuilder(timeout(0, 1_000));
    for (String method : List.of("GET", "PUT", "POST", "HEAD")) {
      all.append(
          """
          ---
          apiVersion: weft.io/v1
          kind: Authorization
          metadata: {name: fleet-%s}
          spec:
            to: {service: %s}
            conf: {action: ALLOW, rules: [{methods: [%s]}]}
          """
              .formatted(method.toLowerCase(Locale.ROOT), Placement.service(0), method));
    }
    return all.toString();
  }
}
