package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeldMemoryTest {
  private static final int MEGABYTES = 20;

  @Test
  void tells_what_a_jvm_holds_memory_for() throws IOException {
    try (Program holder = holder(HeldMemory.COUNTING)) {
      Map<String, Double> held = HeldMemory.of(holder);

      assertThat(held.get("heap in use after a collection"))
          .isBetween((double) MEGABYTES, MEGABYTES + 10.0);
      assertThat(held.get("heap that has been written to"))
          .isBetween((double) MEGABYTES, MEGABYTES + 40.0);
      assertThat(held).containsKeys("metaspace", "symbols", "compiled code");
      assertThat(held.values()).allMatch(megabytes -> megabytes > 0 && megabytes < 100);
    }
  }

  @Test
  void says_so_where_the_jvm_does_not_count() throws IOException {
    try (Program holder = holder(List.of("-XX:NativeMemoryTracking=off"))) {
      assertThatThrownBy(() -> HeldMemory.of(holder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Native memory tracking is not enabled");
    }
  }

  private static Program holder(List<String> options) throws IOException {
    Program holder =
        Program.of("holder")
            .java()
            .with(options)
            .with("-Xmx64m", "-cp", System.getProperty("java.class.path"))
            .with(Holder.class.getName())
            .start();
    holder.await("holding");
    return holder;
  }

  /** Holds memory until it is ended. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      byte[][] held = new byte[MEGABYTES * 10][100_000];
      try {
        System.out.println("holding");
        int unused = System.in.read();
      } finally {
        Reference.reachabilityFence(held);
      }
    }
  }
}
