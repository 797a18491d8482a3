package io.weft.core.link;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.EndpointsDelta;
import io.weft.api.v1.Names;
import io.weft.api.v1.NamesDelta;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import java.util.Arrays;
import java.util.List;

/** Resources as control would push them. */
final class Resources {

  private Resources() {}

  static ResourceVersion version(ResourceType type, String name, String hash) {
    return ResourceVersion.newBuilder().setType(type).setName(name).setHash(hash).build();
  }

  static Resource names(String hash, String... services) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.NAMES, "", hash))
        .setNames(
            Names.newBuilder()
                .addAllServices(
                    Arrays.stream(services)
                        .map(
                            s ->
                                ServiceName.newBuilder().setNamespace("default").setName(s).build())
                        .toList()))
        .build();
  }

  static Resource namesDelta(String base, String hash, String removed, String upserted) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.NAMES, "", hash))
        .setNamesDelta(
            NamesDelta.newBuilder()
                .setBaseHash(base)
                .addRemoved(removed)
                .addUpserted(ServiceName.newBuilder().setNamespace("default").setName(upserted)))
        .build();
  }

  static Resource config(String service, String hash) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.SERVICE_CONFIG, service, hash))
        .setServiceConfig(ServiceConfig.newBuilder().setName(service))
        .build();
  }

  static Resource endpoints(String service, String hash, String... uids) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.ENDPOINTS, service, hash))
        .setEndpoints(Endpoints.newBuilder().addAllEndpoints(all(uids)))
        .build();
  }

  static Resource delta(
      String service, String base, String hash, List<String> upserted, List<String> removed) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.ENDPOINTS, service, hash))
        .setEndpointsDelta(
            EndpointsDelta.newBuilder()
                .setBaseHash(base)
                .addAllUpserted(all(upserted.toArray(String[]::new)))
                .addAllRemovedUids(removed))
        .build();
  }

  static List<String> uids(Resource endpoints) {
    return endpoints.getEndpoints().getEndpointsList().stream().map(Endpoint::getUid).toList();
  }

  private static List<Endpoint> all(String... uids) {
    return Arrays.stream(uids).map(uid -> Endpoint.newBuilder().setUid(uid).build()).toList();
  }
}
