package io.weft.control.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Optional;

/** What this package writes to the store, as JSON that later versions may add to. */
final class Stored {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Stored() {}

  static ByteString write(Object value) {
    try {
      return ByteString.copyFrom(JSON.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Empty if it is none of ours. */
  static <T> Optional<T> read(ByteString bytes, Class<T> type) {
    try {
      return Optional.ofNullable(JSON.readValue(bytes.toByteArray(), type));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
