package io.weft.it.process;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A real etcd in a container, and a client as plain as etcdctl. The image is the system property
 * weft.test.etcd.image, else the official one.
 */
public final class Etcd implements AutoCloseable {
  private static final int PORT = 2379;

  private final GenericContainer<?> container;
  private final Client client;

  private Etcd(GenericContainer<?> container) {
    this.container = container;
    this.client = Client.builder().endpoints(endpoint()).build();
  }

  /** Starts one and waits until it answers. */
  public static Etcd start() {
    String image = System.getProperty("weft.test.etcd.image", "quay.io/coreos/etcd:v3.6.5");
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withExposedPorts(PORT)
            .withCreateContainerCmdModifier(command -> command.withEntrypoint())
            .withCommand(
                executable(image),
                "--listen-client-urls=http://0.0.0.0:" + PORT,
                "--advertise-client-urls=http://0.0.0.0:" + PORT)
            .waitingFor(Wait.forListeningPort());
    container.start();
    return new Etcd(container);
  }

  /** The URL control is given. */
  public String endpoint() {
    return "http://" + container.getHost() + ":" + container.getMappedPort(PORT);
  }

  /** Puts a document where people put them: {@code etcdctl put /weft/v1/default/config/...}. */
  public void putConfig(String kind, String namespace, String name, String document) {
    kv(kv -> kv.put(bytes(configKey(kind, namespace, name)), bytes(document)));
  }

  /** Deletes such a document. */
  public void deleteConfig(String kind, String namespace, String name) {
    kv(kv -> kv.delete(bytes(configKey(kind, namespace, name))));
  }

  /** The value of a key. */
  public Optional<String> get(String key) {
    return kv(kv -> kv.get(bytes(key))).getKvs().stream()
        .findFirst()
        .map(pair -> pair.getValue().toString(StandardCharsets.UTF_8));
  }

  /** Holds it still, as a partition would. */
  public void pause() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  /** Lets it go on. */
  public void resume() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    client.close();
    container.close();
  }

  private static String configKey(String kind, String namespace, String name) {
    return "/weft/v1/default/config/" + kind + "/" + namespace + "/" + name;
  }

  private <T> T kv(java.util.function.Function<KV, CompletableFuture<T>> operation) {
    try (KV kv = client.getKVClient()) {
      return operation.apply(kv).get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking etcd", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("etcd does not answer", e);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static String executable(String image) {
    return image.startsWith("quay.io/") ? "/usr/local/bin/etcd" : "/bin/etcd";
  }
}
