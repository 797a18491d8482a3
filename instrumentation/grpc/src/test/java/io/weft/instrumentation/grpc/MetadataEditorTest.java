package io.weft.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.grpc.Metadata;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What becomes of headers on their way to the application. */
class MetadataEditorTest {
  private static final int TIMES = 10_000;

  @Test
  void a_binary_header_can_be_taken_away_as_any_other() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("weft-x-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {1});
    metadata.put(Metadata.Key.of("weft-y", Metadata.ASCII_STRING_MARSHALLER), "1");
    metadata.put(Metadata.Key.of("z-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {2});
    MetadataEditor editor = new MetadataEditor(metadata);

    editor.remove("weft-x-bin");
    editor.remove("weft-y");

    assertThat(metadata.keys()).containsExactly("z-bin");
  }

  @Test
  void the_first_value_is_that_which_was_sent_first() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "one");
    metadata.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "two");

    assertThat(MetadataEditor.first(metadata, "x")).isEqualTo("one");
    assertThat(MetadataEditor.all(metadata, "X")).containsExactly("one", "two");
    assertThat(MetadataEditor.first(metadata, "y")).isEmpty();
    assertThat(MetadataEditor.all(metadata, "y")).isEmpty();
  }

  @Test
  void to_ask_for_a_header_that_has_not_come_leaves_nothing_to_collect() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "one");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long each = Long.MAX_VALUE;
    boolean found = false;
    // What the first round allocates is the JVM's.
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < TIMES; i++) {
        found |= !MetadataEditor.first(metadata, "y").isEmpty();
      }
      each = Math.min(each, (threads.getCurrentThreadAllocatedBytes() - before) / TIMES);
    }

    assertThat(found).isFalse();
    assertThat(each).isZero();
  }
}
