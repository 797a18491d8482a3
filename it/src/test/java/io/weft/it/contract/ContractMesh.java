package io.weft.it.contract;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.it.process.Admin;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.SpanSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The mesh that all contracts share: one control with the embedded store, and one sink of spans.
 * Started for the first contract, ended after the last.
 */
final class ContractMesh implements AutoCloseable {
  private final Map<String, String> environment;
  private final ControlService control;
  private final Admin admin;
  private final SpanSink spans;
  private final List<JavaProcess> apps = new ArrayList<>();
  private final Path folder;
  private @Nullable Stock stock;
  private @Nullable Client caller;
  private @Nullable Forgeries forgeries;

  private ContractMesh() {
    try {
      folder =
          Files.createTempDirectory(
              Files.createDirectories(Path.of("target").toAbsolutePath()), "contract");
      control = ControlService.embedded(folder);
      admin = control.admin();
      spans = SpanSink.open();
      environment = new HashMap<>(control.agentEnvironment(folder));
      environment.putAll(spans.exporterEnvironment());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts an application as an instance of a service; it ends with the mesh at the latest.
   *
   * @param more variables and values in turn, before what the mesh would say
   */
  JavaProcess start(String service, JavaProcess.Builder app, String... more) {
    app.agent("").env(environment).env("WEFT_SERVICE", service).env("WEFT_DRAIN", "3s");
    for (int i = 0; i < more.length; i += 2) {
      app.env(more[i], more[i + 1]);
    }
    JavaProcess started = app.start();
    apps.add(started);
    return started;
  }

  /** The services that clients call; started for the first who asks. */
  Stock stock() {
    if (stock == null) {
      stock = new Stock(this);
    }
    return stock;
  }

  /** A caller with an identity, of whichever service; started for the first who asks. */
  Client caller() {
    if (caller == null) {
      Client started = new Client(start("caller", Client.app("HttpClient-1.1")));
      awaitIdentity(started.process());
      caller = started;
    }
    return caller;
  }

  /** Waits until an application's agent has a certificate. */
  void awaitIdentity(JavaProcess app) {
    eventually().until(() -> !agent(app).path("identity").path("spiffeId").asText().isEmpty());
  }

  /** Certificates that are not as they should be; made for the first who asks. */
  Forgeries forgeries() {
    if (forgeries == null) {
      forgeries = Forgeries.by(folder.resolve("store"), control.data().resolve("ca-key"));
    }
    return forgeries;
  }

  Admin admin() {
    return admin;
  }

  /** Runs a command against control and returns its output; fails unless it exits with 0. */
  String weft(String... command) {
    return control.weft(command);
  }

  SpanSink spans() {
    return spans;
  }

  /** What status says of an application's agent; missing if it has not joined. */
  JsonNode agent(JavaProcess app) {
    return admin.agent(app);
  }

  /** The ports status shows for an application, such as {@code 8080/http}. */
  List<String> ports(JavaProcess app) {
    List<String> ports = new ArrayList<>();
    agent(app).path("ports").forEach(port -> ports.add(port.asText()));
    return ports;
  }

  /** Waits until an application's agent has acknowledged a generation. */
  void awaitAcked(JavaProcess app, long generation) {
    eventually().until(() -> agent(app).path("generation").asLong() >= generation);
  }

  /** For conditions that come true soon. */
  static ConditionFactory eventually() {
    return await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(20));
  }

  @Override
  public void close() {
    apps.forEach(JavaProcess::close);
    if (stock != null) {
      stock.close();
    }
    control.close();
    spans.close();
  }

  /** Hands the mesh to whoever asks for it. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == ContractMesh.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.GLOBAL)
          .getOrComputeIfAbsent(ContractMesh.class, type -> new ContractMesh());
    }
  }
}
