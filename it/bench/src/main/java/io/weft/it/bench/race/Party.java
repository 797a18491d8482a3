package io.weft.it.bench.race;

/** Who races: one way to have a service call another. */
enum Party {
  DIRECT("direct", "plaintext, nothing between"),
  OWN_TLS("own-mtls", "the application's own mutual TLS: the limit"),
  WEFT_OFF("weft-off", "the agent is loaded, control is away"),
  WEFT_PLAIN("weft-plain", "Weft: policies, all traced, plaintext"),
  WEFT_1("weft-1", "Weft: mutual TLS, all policies, metrics, 1 % traced"),
  WEFT_100("weft-100", "the same, all traced"),
  OTEL("otel", "OpenTelemetry's Java agent, plaintext, all traced"),
  ENVOY_1("envoy-1", "a pair of Envoys with one worker each, 1 % traced"),
  ENVOY_2("envoy-2", "the same with two workers each"),
  PROXYLESS("proxyless", "gRPC's own TLS and service config");

  private final String title;
  private final String description;

  Party(String title, String description) {
    this.title = title;
    this.description = description;
  }

  String title() {
    return title;
  }

  String description() {
    return description;
  }

  boolean runs(Workload workload) {
    return this != PROXYLESS || workload.isGrpc();
  }

  /** Whether it is an instance of a mesh that control keeps. */
  boolean isMeshed() {
    return this == WEFT_PLAIN || this == WEFT_1 || this == WEFT_100;
  }

  boolean hasAgent() {
    return isMeshed() || this == WEFT_OFF;
  }

  /** Whether it owes spans of what it does. */
  boolean traces() {
    return isMeshed() || this == OTEL || isEnvoy();
  }

  boolean isEnvoy() {
    return this == ENVOY_1 || this == ENVOY_2;
  }

  /** The part of traces that is kept. */
  String sampling() {
    return this == WEFT_1 || isEnvoy() ? "0.01" : "1.0";
  }

  @Override
  public String toString() {
    return title;
  }
}
