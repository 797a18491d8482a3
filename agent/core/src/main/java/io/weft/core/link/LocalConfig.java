package io.weft.core.link;

import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Subscribe;
import io.weft.api.v1.Update;
import io.weft.core.log.Log;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The config this agent holds: what is in force, what it is subscribed to, and their copy on disk.
 * Confined to the link's thread.
 */
final class LocalConfig {

  private final DataPlane dataPlane;
  private final HeldConfig held = new HeldConfig();
  private final TreeSet<String> subscriptions = new TreeSet<>();

  LocalConfig(DataPlane dataPlane) {
    this.dataPlane = dataPlane;
  }

  List<String> features() {
    return dataPlane.features();
  }

  /** What Hello tells control of. */
  List<ResourceVersion> versions() {
    return held.versions();
  }

  boolean isEmpty() {
    return held.versions().isEmpty();
  }

  /** The services this agent calls, each as {@code namespace/name}. */
  Subscribe subscriptions() {
    return Subscribe.newBuilder().addAllServices(subscriptions).build();
  }

  /** Whether any of them is new. */
  boolean subscribe(Collection<String> services) {
    return subscriptions.addAll(services);
  }

  /**
   * Puts an update in force, or as much of it as can be.
   *
   * @return what could not be built; empty if all is in force
   * @throws StaleDeltaException if a delta does not fit; nothing has changed then, and the resource
   *     counts as not held
   */
  List<ResourceError> apply(Update update) throws StaleDeltaException {
    List<Resource> changed;
    try {
      changed = held.whole(update);
    } catch (StaleDeltaException e) {
      held.forget(e.delta());
      throw e;
    }
    List<ResourceError> errors = errorsOf(changed, update.getRemovedList());
    held.accept(update.getVersion(), changed, update.getRemovedList(), errors);
    return errors;
  }

  /** As {@link DataPlane#callers}. */
  void callers(Map<String, Integer> many) {
    dataPlane.callers(many);
  }

  /** Puts in force what was at the end of the last run, if it can be read. */
  void restore(ConfigCache cache) {
    ConfigCache.Content content = cache.load().orElse(null);
    if (content == null) {
      return;
    }
    subscribe(content.subscriptions().getServicesList());
    try {
      for (ResourceError error : apply(content.config())) {
        Log.warn("cached config that cannot be used: " + describe(error));
      }
    } catch (StaleDeltaException e) {
      Log.warn("cached config is incomplete: " + e.getMessage());
    }
  }

  void save(ConfigCache cache) {
    Update config =
        Update.newBuilder().setVersion(held.version()).addAllResources(held.resources()).build();
    cache.save(new ConfigCache.Content(config, subscriptions()));
  }

  /** One line for the user. */
  static String describe(ResourceError error) {
    String name = error.getName().isEmpty() ? "" : " " + error.getName();
    return error.getType() + name + ": " + error.getMessage();
  }

  // A fault of the data plane is a refusal of all, so that the old config stays as a whole.
  private List<ResourceError> errorsOf(List<Resource> changed, List<ResourceVersion> removed) {
    try {
      return dataPlane.apply(changed, removed);
    } catch (RuntimeException e) {
      return changed.stream().map(Resource::getVersion).map(v -> error(v, e)).toList();
    }
  }

  private static ResourceError error(ResourceVersion resource, RuntimeException fault) {
    return ResourceError.newBuilder()
        .setType(resource.getType())
        .setName(resource.getName())
        .setMessage("fault in the agent: " + fault)
        .build();
  }
}
