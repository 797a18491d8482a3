package io.weft.it.bench.race;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Control as a process of its own, with all policies for the services that race. */
final class RaceMesh implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Home home;
  private final Path folder;
  private final Program control;
  private final String address;

  private RaceMesh(Home home, Path folder, Program control, String address) {
    this.home = home;
    this.folder = folder;
    this.control = control;
    this.address = address;
  }

  static RaceMesh start(Home home, Path folder) throws IOException {
    Program control =
        Program.of("control")
            .java()
            .with("-Xmx256m", "-jar", home.cli().toString(), "control")
            .with("--listen", "127.0.0.1:0")
            .with("--store", "embedded:" + folder.resolve("store"))
            .with("--data", folder.resolve("control").toString())
            .start();
    try {
      return new RaceMesh(
          home,
          folder,
          control,
          control.await("listening on (?:https://)?([\\w.\\[\\]:]+:\\d+)").group(1));
    } catch (IllegalStateException e) {
      control.close();
      throw e;
    }
  }

  /** Applies what rules calls to the services of a party, which one caller may call. */
  void rule(Party party, String service, String caller) throws IOException {
    String text;
    try (InputStream in = RaceMesh.class.getResourceAsStream("policies.yaml")) {
      if (in == null) {
        throw new IllegalStateException("policies.yaml is missing");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    boolean plain = party == Party.WEFT_PLAIN;
    Path file =
        Files.writeString(
            folder.resolve(service + ".yaml"),
            text.replace("${service}", service)
                .replace("${mode}", plain ? "DISABLED" : "STRICT")
                // Who is at the other end of plaintext is not known.
                .replace("${principals}", plain ? "" : "principals: [default/" + caller + "]"));
    try (Program apply =
        Program.of("weft apply")
            .java()
            .with("-XX:TieredStopAtLevel=1", "-jar", home.cli().toString())
            .with("apply", "-f", file.toString())
            .env(
                Map.of(
                    "WEFT_CONTROL",
                    address,
                    "WEFT_ADMIN_TOKEN_FILE",
                    folder.resolve("control/admin-token").toString(),
                    "WEFT_ROOT",
                    folder.resolve("control/root.pem").toString()))
            .start()) {
      apply.await("generation", PATIENCE);
    }
  }

  /** What makes a JVM an instance of a service of it. */
  Map<String, String> environment(String service) {
    return environment(address, service);
  }

  /** The same where control cannot be reached. */
  Map<String, String> environmentWithoutControl(String service) {
    // Port 1 is nobody's.
    return environment("127.0.0.1:1", service);
  }

  private Map<String, String> environment(String control, String service) {
    Map<String, String> environment = new HashMap<>();
    environment.put("WEFT_CONTROL", control);
    environment.put("WEFT_TOKEN_FILE", folder.resolve("control/join-token").toString());
    environment.put("WEFT_DIR", folder.resolve("agents").toString());
    environment.put("WEFT_SERVICE", service);
    environment.put("WEFT_DRAIN", "1ms");
    return environment;
  }

  /** What an agent is started with. */
  List<String> agent() {
    return List.of("-javaagent:" + home.agent());
  }

  @Override
  public void close() {
    control.close();
  }
}
