package io.weft.core.inbound;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;

/**
 * Finds what a newer control has said and this agent does not understand. A policy must not be
 * enforced without a part of it, which may be the part that says no.
 */
final class Unknown {
  private Unknown() {}

  /** The first field or value that is not known, in words; empty if all is. */
  static Optional<String> in(Message message) {
    String type = message.getDescriptorForType().getName();
    Optional<Integer> field = message.getUnknownFields().asMap().keySet().stream().findFirst();
    if (field.isPresent()) {
      return Optional.of("field " + field.get() + " of " + type);
    }
    return message.getAllFields().entrySet().stream()
        .flatMap(
            each ->
                (each.getValue() instanceof List<?> many ? many : List.of(each.getValue()))
                    .stream()
                        .flatMap(
                            value -> inValue(type + "." + each.getKey().getName(), value).stream()))
        .findFirst();
  }

  private static Optional<String> inValue(String name, Object value) {
    if (value instanceof Message message) {
      return in(message);
    }
    // So says its documentation of one that was made for a number without a name.
    return value instanceof EnumValueDescriptor named && named.getIndex() == -1
        ? Optional.of("value " + named.getNumber() + " of " + name)
        : Optional.empty();
  }
}
