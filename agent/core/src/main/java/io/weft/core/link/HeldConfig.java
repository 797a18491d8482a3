package io.weft.core.link;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.EndpointsDelta;
import io.weft.api.v1.Names;
import io.weft.api.v1.NamesDelta;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.Update;
import io.weft.api.v1.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The resources in force in this agent, as control pushed them. Confined to one thread. */
final class HeldConfig {
  /** What an agent that can merge names says it can. */
  static final String MERGES_NAMES = "names-delta";

  private final Map<Key, Resource> resources = new LinkedHashMap<>();
  private Version version = Version.getDefaultInstance();

  /** Version of the last update that came, taken whole or in part. */
  Version version() {
    return version;
  }

  List<Resource> resources() {
    return List.copyOf(resources.values());
  }

  /** What Hello tells control of. */
  List<ResourceVersion> versions() {
    return resources.values().stream().map(Resource::getVersion).toList();
  }

  /**
   * The update's resources, each whole: deltas are merged into what is held.
   *
   * @throws StaleDeltaException if one does not fit; nothing has changed then
   */
  List<Resource> whole(Update update) throws StaleDeltaException {
    List<Resource> whole = new ArrayList<>(update.getResourcesCount());
    for (Resource resource : update.getResourcesList()) {
      whole.add(
          switch (resource.getBodyCase()) {
            case ENDPOINTS_DELTA -> mergedEndpoints(resource);
            case NAMES_DELTA -> mergedNames(resource);
            default -> resource;
          });
    }
    return whole;
  }

  /** Remembers what of an update is in force now, by {@link DataPlane#apply}'s answer. */
  void accept(
      Version version,
      List<Resource> changed,
      List<ResourceVersion> removed,
      List<ResourceError> errors) {
    this.version = version;
    Set<Key> failed =
        errors.stream().map(e -> new Key(e.getType(), e.getName())).collect(Collectors.toSet());
    boolean configFailed = failed.stream().anyMatch(key -> isConfig(key.type()));
    for (Resource resource : changed) {
      Key key = Key.of(resource.getVersion());
      if (!failed.contains(key) && !(configFailed && isConfig(key.type()))) {
        resources.put(key, resource);
      }
    }
    for (ResourceVersion gone : removed) {
      if (!(configFailed && isConfig(gone.getType()))) {
        resources.remove(Key.of(gone));
      }
    }
  }

  /** No longer claims to hold it, so that control sends it whole. */
  void forget(ResourceVersion resource) {
    resources.remove(Key.of(resource));
  }

  private Resource mergedEndpoints(Resource resource) throws StaleDeltaException {
    EndpointsDelta delta = resource.getEndpointsDelta();
    Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    base(resource, delta.getBaseHash())
        .getEndpoints()
        .getEndpointsList()
        .forEach(e -> endpoints.put(e.getUid(), e));
    delta.getUpsertedList().forEach(e -> endpoints.put(e.getUid(), e));
    delta.getRemovedUidsList().forEach(endpoints::remove);
    return resource.toBuilder()
        .setEndpoints(Endpoints.newBuilder().addAllEndpoints(endpoints.values()))
        .build();
  }

  private Resource mergedNames(Resource resource) throws StaleDeltaException {
    NamesDelta delta = resource.getNamesDelta();
    Map<String, ServiceName> services = new TreeMap<>();
    base(resource, delta.getBaseHash())
        .getNames()
        .getServicesList()
        .forEach(each -> services.put(name(each), each));
    delta.getUpsertedList().forEach(each -> services.put(name(each), each));
    delta.getRemovedList().forEach(services::remove);
    Names.Builder names = Names.newBuilder().addAllServices(services.values());
    if (delta.hasEgress()) {
      names.setEgress(delta.getEgress());
    }
    return resource.toBuilder().setNames(names).build();
  }

  private static String name(ServiceName service) {
    return service.getNamespace() + "/" + service.getName();
  }

  private Resource base(Resource delta, String hash) throws StaleDeltaException {
    Resource base = resources.get(Key.of(delta.getVersion()));
    if (base == null || !base.getVersion().getHash().equals(hash)) {
      throw new StaleDeltaException(delta.getVersion());
    }
    return base;
  }

  private static boolean isConfig(ResourceType type) {
    return type != ResourceType.ENDPOINTS && type != ResourceType.TRUST;
  }

  private record Key(ResourceType type, String name) {
    static Key of(ResourceVersion version) {
      return new Key(version.getType(), version.getName());
    }
  }
}
