package io.weft.core.link;

import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Takes note of what is applied; refuses by name what the test says cannot be built. */
final class RecordingDataPlane implements DataPlane {

  final BlockingQueue<List<Resource>> applied = new LinkedBlockingQueue<>();
  final List<ResourceVersion> removed = new ArrayList<>();
  final List<String> unbuildable = new ArrayList<>();
  boolean faulty;

  @Override
  public List<String> features() {
    return List.of("route", "retry");
  }

  @Override
  public List<ResourceError> apply(List<Resource> changed, List<ResourceVersion> gone) {
    if (faulty) {
      throw new IllegalStateException("out of order");
    }
    applied.add(changed);
    removed.addAll(gone);
    return changed.stream()
        .map(Resource::getVersion)
        .filter(version -> unbuildable.contains(version.getName()))
        .map(
            version ->
                ResourceError.newBuilder()
                    .setType(version.getType())
                    .setName(version.getName())
                    .setMessage("no such feature")
                    .build())
        .toList();
  }
}
