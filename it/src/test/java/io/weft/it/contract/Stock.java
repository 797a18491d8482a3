package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;

import io.weft.it.contract.app.PortApp;
import io.weft.it.process.JavaProcess;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Two services that clients call. {@code stock} has two instances, versions v1 in zone here and v2
 * in zone there, which answer as a test says; {@code gap} has one like them, and one where nobody
 * listens. Each is registered by the agent of a JVM of its own, and advertised at an address of
 * this one.
 */
final class Stock implements AutoCloseable {
  private static final List<String> SERVICES = List.of("stock", "gap");
  private static final String NOBODY = "127.0.0.74";

  private final ContractMesh mesh;
  private final JavaProcess[] apps;
  private final ScriptedServer v1;
  private final ScriptedServer v2;
  private final ScriptedServer beside;

  Stock(ContractMesh mesh) {
    this.mesh = mesh;
    inPlaintext();
    apps =
        new JavaProcess[] {
          app(mesh, "stock", "127.0.0.71", "version=v1"),
          app(mesh, "stock", "127.0.0.72", "version=v2"),
          app(mesh, "gap", "127.0.0.73", "version=v1"),
          app(mesh, "gap", NOBODY, "version=v2")
        };
    v1 = new ScriptedServer("127.0.0.71", port(apps[0]));
    v2 = new ScriptedServer("127.0.0.72", port(apps[1]));
    beside = new ScriptedServer("127.0.0.73", port(apps[2]));
    eventually().until(() -> Stream.of(apps).allMatch(app -> mesh.ports(app).size() == 1));
  }

  /**
   * Has callers speak plaintext, as those of the mesh do where MutualTls says so.
   *
   * @return the generation from which that is in force
   */
  long inPlaintext() {
    long generation = 0;
    for (String service : SERVICES) {
      generation =
          mesh.admin()
              .apply(
                  """
                  apiVersion: weft.io/v1
                  kind: MutualTls
                  metadata: {name: %s}
                  spec: {to: {service: %s}, conf: {mode: DISABLED}}
                  """
                      .formatted(service, service));
    }
    return generation;
  }

  /**
   * Has callers speak mutual TLS, as they do by themselves: each server is certified as the service
   * that it answers for.
   *
   * @return the generation from which that is in force
   */
  long secured() {
    itself();
    beside.identity(CertifiedKey.of("gap", mesh));
    long generation = 0;
    for (String service : SERVICES) {
      generation = mesh.admin().delete("MutualTls", "default", service);
    }
    return generation;
  }

  /** The instances of stock are known as what they are. */
  void itself() {
    SSLContext itself = CertifiedKey.of("stock", mesh);
    v1.identity(itself);
    v2.identity(itself);
  }

  ScriptedServer v1() {
    return v1;
  }

  ScriptedServer v2() {
    return v2;
  }

  /** The instance of gap that answers. */
  ScriptedServer beside() {
    return beside;
  }

  /** host:port of the instance of gap where nobody listens. */
  String nobody() {
    return NOBODY + ":" + port(apps[3]);
  }

  /** Both of stock do the same. */
  void both(ScriptedServer.Script script) {
    v1.script(script);
    v2.script(script);
  }

  /** All requests that came to stock, v1's first. */
  List<ScriptedServer.Request> requests() {
    return Stream.of(v1, v2).flatMap(server -> server.requests().stream()).toList();
  }

  /** Forgets what was. */
  void reset() {
    v1.reset();
    v2.reset();
    beside.reset();
  }

  @Override
  public void close() {
    v1.close();
    v2.close();
    beside.close();
  }

  private static JavaProcess app(ContractMesh mesh, String service, String address, String labels) {
    return mesh.start(
        service,
        JavaProcess.of(service + " at " + address)
            .env("WEFT_ADDRESS", address)
            .env("WEFT_LABELS", labels)
            .env("WEFT_ZONE", labels.equals("version=v1") ? "here" : "there")
            .main(List.of(TestApps.classes()), PortApp.class.getName()));
  }

  private static int port(JavaProcess app) {
    return Integer.parseInt(app.awaitLine("serving on port (\\d+)").group(1));
  }
}
