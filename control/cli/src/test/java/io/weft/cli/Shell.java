package io.weft.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Runs commands as a person types them, against one control. */
final class Shell {
  private final List<String> connection;

  /** What a command left: its exit code and its two outputs. */
  record Result(int exit, String out, String err) {}

  private Shell(List<String> connection) {
    this.connection = connection;
  }

  static Shell at(String address, Path data) {
    return with(address, data.resolve("root.pem"), data.resolve("admin-token"));
  }

  static Shell with(String address, Path root, Path token) {
    return new Shell(
        List.of("--control", address, "--root", root.toString(), "--token-file", token.toString()));
  }

  Result weft(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(connection);
    return run(all);
  }

  /** With text on standard input. */
  Result weftReading(String text, String... command) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    try {
      return weft(command);
    } finally {
      System.setIn(before);
    }
  }

  /** Without a control. */
  static Result run(List<String> command) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Weft.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int exit = line.execute(command.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }
}
