package io.weft.it.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/**
 * The control service as a process of its own, on a free port, with its data in a folder of the
 * test. Agents join it with {@link #agentEnvironment}; {@link #weft} runs the command against it.
 */
public final class ControlService implements AutoCloseable {
  private final Path data;
  private final List<String> options;
  private final List<String> arguments;
  private JavaProcess process;
  private String address;

  private ControlService(Path data, List<String> options, List<String> arguments) {
    this.data = data;
    this.options = options;
    this.arguments = arguments;
    this.process = launch("127.0.0.1:0");
    this.address = listening(process);
  }

  /** Starts control with the embedded store under {@code folder}, with further arguments. */
  public static ControlService embedded(Path folder, String... more) {
    return embedded(folder, List.of(), more);
  }

  /** The same on a JVM with options, such as -Dx=y. */
  public static ControlService embedded(Path folder, List<String> options, String... more) {
    return start(folder, "embedded:" + folder.resolve("store"), options, more);
  }

  /** Starts control over etcd, with further arguments. */
  public static ControlService etcd(Path folder, String endpoint, String... more) {
    return start(folder, "etcd:" + endpoint, List.of(), more);
  }

  private static ControlService start(
      Path folder, String store, List<String> options, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--store", store, "--data", folder.resolve("control").toString()));
    arguments.addAll(List.of(more));
    return new ControlService(folder.resolve("control"), options, arguments);
  }

  /** host:port it listens on. */
  public String address() {
    return address;
  }

  /** Where its root certificate and tokens are. */
  public Path data() {
    return data;
  }

  /** The process itself, for its output and to end it. */
  public JavaProcess process() {
    return process;
  }

  /** Starts it again on the same port and folder, once it has ended. */
  public void restart() {
    process.close();
    process = launch(address);
    address = listening(process);
  }

  /** Stops it, and starts it again with another value of an option it was started with. */
  public void restart(String option, String value) {
    arguments.set(arguments.indexOf(option) + 1, value);
    restart();
  }

  /**
   * What an application's environment must say for its agent to join; the cache goes under {@code
   * folder}.
   */
  public Map<String, String> agentEnvironment(Path folder) {
    Map<String, String> environment = new HashMap<>();
    environment.put("WEFT_CONTROL", address);
    environment.put("WEFT_TOKEN_FILE", data.resolve("join-token").toString());
    environment.put("WEFT_DIR", folder.resolve("agents").toString());
    return environment;
  }

  /** Its admin API. */
  public Admin admin() {
    return new Admin(this);
  }

  /** Applies documents and fails the test with the command's words if they are refused. */
  public void apply(String documents) {
    try {
      Path file = Files.createTempFile(data, "apply", ".yaml");
      Files.writeString(file, documents);
      weft("apply", "-f", file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end and returns its output; fails the test unless it exits with 0. */
  public String weft(String... command) {
    try (JavaProcess run = start(command)) {
      int exit = run.awaitExit();
      String output = String.join("\n", run.output());
      if (exit != 0) {
        throw new AssertionError(
            "weft " + String.join(" ", command) + " exited with " + exit + ":\n" + output);
      }
      return output;
    }
  }

  /** Starts a command without waiting for it. */
  public JavaProcess start(String... command) {
    return JavaProcess.of("weft " + String.join(" ", command))
        .env("WEFT_CONTROL", address)
        .env("WEFT_ADMIN_TOKEN_FILE", data.resolve("admin-token").toString())
        .env("WEFT_ROOT", data.resolve("root.pem").toString())
        .jar(Artifacts.cliJar(), command)
        .start();
  }

  @Override
  public void close() {
    process.close();
  }

  private JavaProcess launch(String listen) {
    List<String> all = new ArrayList<>(List.of("control", "--listen", listen));
    all.addAll(arguments);
    JavaProcess.Builder control = JavaProcess.of("control");
    options.forEach(control::option);
    return control.jar(Artifacts.cliJar(), all.toArray(String[]::new)).start();
  }

  private static String listening(JavaProcess process) {
    Matcher line = process.awaitLine("listening on (?:https://)?([\\w.\\[\\]:]+:\\d+)");
    return line.group(1);
  }
}
