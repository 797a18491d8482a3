package io.weft.core.link;

import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import java.util.List;
import java.util.Map;

/** Where pushed resources take effect. */
public interface DataPlane {

  /** What this data plane can enforce, as compiled policies name it in their needs. */
  List<String> features();

  /**
   * Puts resources in force.
   *
   * <p>Names, ServiceConfig and Inbound go together: if one of them cannot be built, none of them
   * is applied or removed, and each that cannot be built is named in the answer. Endpoints and
   * Trust stand by themselves: one that cannot be built is named and keeps its old state, all
   * others apply. Called from one thread at a time.
   *
   * @param changed whole resources, never deltas
   * @param removed resources no longer to be held
   * @return what could not be built, and why in one line; empty if all is in force
   */
  List<ResourceError> apply(List<Resource> changed, List<ResourceVersion> removed);

  /** How many processes call a service, of those by {@code namespace/name} that many call. */
  default void callers(Map<String, Integer> many) {}
}
