package io.weft.instrumentation.grpc;

import io.grpc.CallOptions;
import io.weft.core.Mesh;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where a call leads, noted among its options from the channel's door to below the interceptors.
 *
 * @param destination a service of the mesh
 * @param executor the channel's own, for calls that bring none
 */
record MeshTarget(Destination destination, Executor executor) {
  private static final CallOptions.Key<@Nullable MeshTarget> KEY =
      CallOptions.Key.create("weft-target");

  /** The options, with the target noted if it is in the mesh. */
  static CallOptions noted(CallOptions options, String target, Executor executor) {
    Target named = Target.parse(target);
    if (named.isElsewhere()) {
      return options;
    }
    Destination destination = Mesh.current().destination(named.host(), named.port(), Protocol.GRPC);
    return destination.isMesh()
        ? options.withOption(KEY, new MeshTarget(destination, executor))
        : options;
  }

  /** What was noted; null for calls the mesh does not make, and for those it makes itself. */
  static @Nullable MeshTarget of(CallOptions options) {
    return options.getOption(Aim.KEY) == null ? options.getOption(KEY) : null;
  }
}
