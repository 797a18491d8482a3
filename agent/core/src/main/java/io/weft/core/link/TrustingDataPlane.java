package io.weft.core.link;

import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import io.weft.core.identity.LiveTls;
import java.util.ArrayList;
import java.util.List;

/** Takes Trust for itself, and hands on all other resources. */
record TrustingDataPlane(DataPlane config, LiveTls tls) implements DataPlane {
  @Override
  public List<String> features() {
    return config.features();
  }

  // Trust that is taken away stays in force: nobody else would be believed in its place.
  @Override
  public List<ResourceError> apply(List<Resource> changed, List<ResourceVersion> removed) {
    List<ResourceError> errors = new ArrayList<>();
    List<Resource> others = new ArrayList<>(changed.size());
    for (Resource resource : changed) {
      if (!resource.hasTrust()) {
        others.add(resource);
        continue;
      }
      try {
        tls.trust(resource.getTrust(), resource.getVersion().getHash());
      } catch (IllegalArgumentException e) {
        errors.add(
            ResourceError.newBuilder()
                .setType(resource.getVersion().getType())
                .setName(resource.getVersion().getName())
                .setMessage(String.valueOf(e.getMessage()))
                .build());
      }
    }
    errors.addAll(config.apply(others, removed));
    return errors;
  }
}
