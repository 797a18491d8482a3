package io.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Backend;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.Timeout;
import io.weft.api.v1.Update;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a mesh of 1,000 services with 10,000 endpoints takes in an agent's heap at most: all that is
 * allocated while it is read off the wire and put in force, of which a part is garbage.
 */
class LargeMeshTest {
  private static final int SERVICES = 1_000;
  private static final int INSTANCES = 10;

  @Test
  void the_names_of_all_services_take_less_than_6_MB() throws Exception {
    Update names = update(0);

    assertThat(allocated(names)).isBetween(100_000L, 6_000_000L);
  }

  @Test
  void all_services_in_use_with_their_endpoints_take_less_than_48_MB() throws Exception {
    Update all = update(SERVICES);

    assertThat(allocated(all)).isBetween(1_000_000L, 48_000_000L);
  }

  private static long allocated(Update update) throws InvalidProtocolBufferException {
    byte[] wire = update.toByteArray();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // What the first round allocates is the JVM's.
    for (int round = 0; round < 3; round++) {
      MeshConfig config = new MeshConfig("default", "", () -> {});
      long before = threads.getCurrentThreadAllocatedBytes();
      Update read = Update.parseFrom(wire);
      assertThat(config.apply(read.getResourcesList(), List.of())).isEmpty();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  /** The names of all services, and config and endpoints of those in use. */
  private static Update update(int used) {
    Names.Builder names = Names.newBuilder();
    Update.Builder update = Update.newBuilder();
    for (int i = 0; i < SERVICES; i++) {
      String service = "service-" + i;
      names.addServices(
          ServiceName.newBuilder()
              .setNamespace("default")
              .setName(service)
              .addPorts(ServicePort.newBuilder().setNumber(8080).setProtocol("http")));
      if (i < used) {
        update.addResources(config(service)).addResources(endpoints(service, i));
      }
    }
    return update
        .addResources(
            Resource.newBuilder().setVersion(version(ResourceType.NAMES, "")).setNames(names))
        .build();
  }

  private static Resource config(String service) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.SERVICE_CONFIG, "default/" + service))
        .setServiceConfig(
            ServiceConfig.newBuilder()
                .setNamespace("default")
                .setName(service)
                .addRules(
                    RouteRule.newBuilder()
                        .addBackends(
                            Backend.newBuilder()
                                .setNamespace("default")
                                .setService(service)
                                .setWeight(1))
                        .setTimeout(Timeout.newBuilder().setRequestNanos(1_000_000_000L))))
        .build();
  }

  private static Resource endpoints(String service, int number) {
    Endpoints.Builder endpoints = Endpoints.newBuilder();
    for (int i = 0; i < INSTANCES; i++) {
      endpoints.addEndpoints(
          Endpoint.newBuilder()
              .setUid(service + "-" + i)
              .setAddress("10." + number / 250 + "." + number % 250 + "." + i)
              .addPorts(InstancePort.newBuilder().setNumber(8080).setProtocol("http"))
              .setWeight(1)
              .setState(InstanceState.READY));
    }
    return Resource.newBuilder()
        .setVersion(version(ResourceType.ENDPOINTS, "default/" + service))
        .setEndpoints(endpoints)
        .build();
  }

  private static ResourceVersion version(ResourceType type, String name) {
    return ResourceVersion.newBuilder().setType(type).setName(name).setHash("h").build();
  }
}
