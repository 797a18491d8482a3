package io.weft.it.bench.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Standard input of a callee: each line asks what the process has used so far. */
final class Console {
  private Console() {}

  /** Answers until the end of the input, and then ends the process. */
  static void serve() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Usage usage = new Usage();
    while (in.readLine() != null) {
      System.out.println("USED " + usage.sinceLast());
    }
    System.exit(0);
  }
}
