package io.weft.it.bench;

import java.io.IOException;
import org.openjdk.jmh.Main;

/** Runs the benchmarks, with JMH's own options. */
public final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] args) throws IOException {
    Main.main(args);
  }
}
