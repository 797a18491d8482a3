package io.weft.instrumentation.grpc;

import io.grpc.Metadata;
import io.weft.core.call.ResponseHead;

/**
 * What a server's answer begins with.
 *
 * @param grpcCode -1 for headers that promise messages
 */
record Head(Metadata metadata, int grpcCode) implements ResponseHead {
  @Override
  public int status() {
    return 200;
  }

  @Override
  public String header(String name) {
    return MetadataEditor.first(metadata, name);
  }
}
