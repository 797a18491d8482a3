package io.weft.instrumentation.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;

/**
 * An answer of the mesh as the library gives it.
 *
 * @param trailers the reason, and further headers of the answer
 */
record Refusal(Status status, Metadata trailers) {
  static Refusal of(MeshAnswer answer) {
    Metadata trailers = new Metadata();
    MetadataEditor editor = new MetadataEditor(trailers);
    editor.set(MeshAnswer.REASON_HEADER, answer.reason());
    for (HeaderField header : answer.headers()) {
      editor.set(header.name(), header.value());
    }
    return new Refusal(
        Status.fromCodeValue(answer.grpcCode()).withDescription(answer.reason()), trailers);
  }
}
