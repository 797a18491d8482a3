package io.weft.cli.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The control service of the demo. */
final class Control {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int PORT = 15_010;

  private final Stage stage;
  private final Home home;
  private final Path data;
  private final String address;
  private final String store;
  private final String leafLife;
  private Program program;

  /**
   * Starts it.
   *
   * @param store given as control's option has it
   * @param leafLife how long services' certificates live, likewise
   */
  Control(Stage stage, Home home, Ports ports, String store, String leafLife) {
    this.stage = stage;
    this.home = home;
    this.data = stage.folder().resolve("control");
    this.address = "127.0.0.1:" + ports.take("control", PORT);
    this.store = store;
    this.leafLife = leafLife;
    this.program = launch();
  }

  private Program launch() {
    Program launched =
        stage.start(
            "control-" + System.nanoTime(),
            Map.of(),
            home.weft(
                "control",
                "--listen",
                address,
                "--store",
                store,
                "--data",
                data.toString(),
                "--leaf-life",
                leafLife));
    launched.awaitLine(START, "listening on ");
    return launched;
  }

  /** host:port. */
  String address() {
    return address;
  }

  /** Its API. */
  Mesh mesh() {
    return Mesh.of(address, data);
  }

  /** Stops it. */
  void stop() {
    program.stop();
  }

  /** Starts it again where it was. */
  void restart() {
    program = launch();
  }

  /** What the environment of an application must say to join. */
  Map<String, String> forAgents() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("WEFT_CONTROL", address);
    environment.put("WEFT_TOKEN_FILE", data.resolve("join-token").toString());
    environment.put("WEFT_DIR", stage.folder().resolve("agents").toString());
    environment.put("WEFT_DRAIN", "1s");
    return environment;
  }

  /** What the environment of the command must say to speak to it. */
  Map<String, String> forCommand() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("WEFT_CONTROL", address);
    environment.put("WEFT_ROOT", data.resolve("root.pem").toString());
    environment.put("WEFT_ADMIN_TOKEN_FILE", data.resolve("admin-token").toString());
    return environment;
  }
}
