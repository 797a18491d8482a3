package io.weft.it.contract.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Takes orders on standard input until it ends. */
public final class Console {
  private Console() {}

  /** Closes the application's second port when it is told to {@code close}. */
  public static void onClose(Runnable closing) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("close")) {
        closing.run();
      }
    }
  }
}
