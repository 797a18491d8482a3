package io.weft.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;

/** What becomes of headers on their way to the application. */
class MetadataEditorTest {
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
}
