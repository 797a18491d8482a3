package io.weft.it.bench;

import io.weft.api.v1.Backend;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Retry;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.Timeout;
import io.weft.core.Mesh;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import java.util.ArrayList;
import java.util.List;

/** Services by the thousand, each with a policy of its own and so many instances; all in use. */
final class BigMesh {
  /** The port of each service. */
  static final int PORT = 8080;

  private final Mesh mesh =
      new Mesh("default", "", CallObserver.NONE, Deadlines.NONE, service -> {});

  private BigMesh() {}

  /** {@code stock}, and {@code stock-1} and so on. */
  static BigMesh of(int services, int instances) {
    Names.Builder names = Names.newBuilder();
    List<Resource> resources = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      String service = name(i);
      names.addServices(
          ServiceName.newBuilder()
              .setNamespace("default")
              .setName(service)
              .addPorts(ServicePort.newBuilder().setNumber(PORT).setProtocol("http")));
      resources.add(resource(config(service, 1)));
      resources.add(endpoints(service, i, instances));
    }
    resources.add(
        Resource.newBuilder()
            .setVersion(ResourceVersion.newBuilder().setType(ResourceType.NAMES))
            .setNames(names)
            .build());
    BigMesh big = new BigMesh();
    big.push(resources);
    return big;
  }

  /** The name of a service by its number. */
  static String name(int service) {
    return service == 0 ? "stock" : "stock-" + service;
  }

  /** A service's config with its Timeout changed. */
  static Resource resource(ServiceConfig config) {
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder()
                .setType(ResourceType.SERVICE_CONFIG)
                .setName("default/" + config.getName()))
        .setServiceConfig(config)
        .build();
  }

  /** A service with policies, and so many milliseconds for each call. */
  static ServiceConfig config(String service, int millis) {
    return ServiceConfig.newBuilder()
        .setNamespace("default")
        .setName(service)
        .addRules(
            RouteRule.newBuilder()
                .addBackends(
                    Backend.newBuilder().setNamespace("default").setService(service).setWeight(1))
                .setTimeout(Timeout.newBuilder().setRequestNanos(millis * 1_000_000L))
                .setRetry(Retry.newBuilder().setAttempts(3).addOn(Retry.Condition.STATUS_5XX)))
        .build();
  }

  /** The mesh once this is in force too. */
  Mesh pushed(ServiceConfig config) {
    push(List.of(resource(config)));
    return mesh;
  }

  /** Puts this in force. */
  void push(List<Resource> resources) {
    List<ResourceError> errors = mesh.dataPlane().apply(resources, List.of());
    if (!errors.isEmpty()) {
      throw new IllegalStateException(errors.toString());
    }
  }

  private static Resource endpoints(String service, int number, int instances) {
    Endpoints.Builder endpoints = Endpoints.newBuilder();
    for (int i = 0; i < instances; i++) {
      endpoints.addEndpoints(
          Endpoint.newBuilder()
              .setUid(service + "-" + i)
              .setAddress("10." + number / 250 + "." + number % 250 + "." + i % 250)
              .addPorts(InstancePort.newBuilder().setNumber(PORT + i / 250).setProtocol("http"))
              .setWeight(1)
              .setState(InstanceState.READY));
    }
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder()
                .setType(ResourceType.ENDPOINTS)
                .setName("default/" + service))
        .setEndpoints(endpoints)
        .build();
  }
}
