package io.weft.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Everything running.
 *
 * @param environment file to be sourced by a shell that is to talk to this mesh
 */
record DemoMesh(
    Home home,
    Optional<Etcd> etcd,
    Optional<Jaeger> jaeger,
    Control control,
    Mesh mesh,
    Shop shop,
    Path environment) {

  /**
   * What is wanted.
   *
   * @param etcdImage image to run etcd from; empty: the usual ones
   * @param jaegerImage likewise
   * @param leafLife how long services' certificates live
   */
  record Wish(Place etcd, String etcdImage, Place jaeger, String jaegerImage, String leafLife) {}

  /** Starts all, saying what and from where. */
  static DemoMesh start(Stage stage, Wish wish, Screen screen) {
    Home home = Home.find();
    Ports ports = new Ports();

    Etcd.Found store =
        Etcd.start(
            stage, ports, wish.etcd(), wish.etcdImage(), step -> screen.part("etcd", step, ""));
    screen.part(
        "etcd",
        store.etcd().isPresent()
            ? store.said()
            : "none, since " + store.said() + ": control keeps the policies itself",
        store.etcd().map(etcd -> etcd.endpoint().toString()).orElse(""));

    Jaeger.Found traces =
        Jaeger.start(
            stage,
            ports,
            wish.jaeger(),
            wish.jaegerImage(),
            step -> screen.part("Jaeger", step, ""));
    screen.part(
        "Jaeger",
        traces.jaeger().isPresent()
            ? traces.said()
            : "none, since "
                + traces.said()
                + " (to see traces, start Docker or install it from"
                + " https://www.jaegertracing.io/download)",
        traces.jaeger().map(jaeger -> jaeger.page().toString()).orElse(""));

    Control control =
        new Control(
            stage,
            home,
            ports,
            store
                .etcd()
                .map(etcd -> "etcd:" + etcd.endpoint())
                .orElse("embedded:" + stage.folder().resolve("store")),
            wish.leafLife());
    screen.part(
        "control", "watches the policies, and pushes them to the agents", control.address());

    Map<String, String> environment = new LinkedHashMap<>(control.forAgents());
    environment.putAll(exporter(traces.jaeger()));
    Shop shop = new Shop(stage, home, ports, environment);
    Mesh mesh = control.mesh();
    screen.part("shop", shop.apps().stream().map(App::name).collect(Collectors.joining(", ")), "");
    screen.detail(
        "each one: java -javaagent:weft-agent.jar=service=<its name> -jar <its name>.jar");
    ports.moved().forEach(moved -> screen.detail("not the usual port: " + moved));
    shop.open(mesh);
    return new DemoMesh(
        home,
        store.etcd(),
        traces.jaeger(),
        control,
        mesh,
        shop,
        environmentFile(stage, control, store.etcd()));
  }

  private static Map<String, String> exporter(Optional<Jaeger> jaeger) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("OTEL_METRICS_EXPORTER", "none");
    environment.put("OTEL_LOGS_EXPORTER", "none");
    if (jaeger.isPresent()) {
      environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", jaeger.get().otlp().toString());
      environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
      environment.put("OTEL_BSP_SCHEDULE_DELAY", "500");
    } else {
      environment.put("OTEL_TRACES_EXPORTER", "none");
    }
    return environment;
  }

  private static Path environmentFile(Stage stage, Control control, Optional<Etcd> etcd) {
    Map<String, String> variables = new LinkedHashMap<>(control.forCommand());
    etcd.ifPresent(found -> variables.put("ETCDCTL_ENDPOINTS", found.endpoint().toString()));
    String text =
        variables.entrySet().stream()
            .map(variable -> "export " + variable.getKey() + "='" + variable.getValue() + "'\n")
            .collect(Collectors.joining());
    try {
      return Files.writeString(stage.folder().resolve("env"), text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DemoException("cannot write to " + stage.folder() + ": " + e.getMessage());
    }
  }
}
