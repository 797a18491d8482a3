package io.weft.control.store;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.DeleteOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A real etcd. */
class EtcdStoreTest extends ConfigStoreContract {
  private static final int PORT = 2379;

  private static GenericContainer<?> container;
  private static Client client;

  @BeforeAll
  static void startEtcd() {
    String image = System.getProperty("weft.test.etcd.image", "quay.io/coreos/etcd:v3.6.5");
    container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withExposedPorts(PORT)
            .withCreateContainerCmdModifier(command -> command.withEntrypoint())
            .withCommand(
                image.startsWith("quay.io/") ? "/usr/local/bin/etcd" : "/bin/etcd",
                "--listen-client-urls=http://0.0.0.0:" + PORT,
                "--advertise-client-urls=http://0.0.0.0:" + PORT)
            .waitingFor(Wait.forListeningPort());
    container.start();
    client = Client.builder().endpoints(endpoint()).build();
  }

  @AfterAll
  static void stopEtcd() {
    client.close();
    container.close();
  }

  @Override
  ConfigStore open() throws Exception {
    client
        .getKVClient()
        .delete(
            ByteSequence.from(ByteString.copyFromUtf8("/weft/")),
            DeleteOption.builder().isPrefix(true).build())
        .get(20, TimeUnit.SECONDS);
    return Stores.open("etcd:" + endpoint());
  }

  @Override
  void compact(ConfigStore opened, long revision) {
    client.getKVClient().compact(revision).join();
  }

  private static String endpoint() {
    return "http://" + container.getHost() + ":" + container.getMappedPort(PORT);
  }
}
