package io.weft.it.process;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.auth.Permission;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A real etcd in a container, and a client as plain as etcdctl. The image is the system property
 * weft.test.etcd.image, else the official one.
 */
public final class Etcd implements AutoCloseable {
  private static final int PORT = 2379;

  private static final String TLS_FOLDER = "/etc/etcd-tls/";

  private final GenericContainer<?> container;
  private final String scheme;
  private final Client client;

  private Etcd(GenericContainer<?> container, String scheme, ClientBuilder client) {
    this.container = container;
    this.scheme = scheme;
    this.client = client.build();
  }

  /** Starts one and waits until it answers. */
  public static Etcd start() {
    GenericContainer<?> container = container("http");
    container.start();
    return new Etcd(container, "http", Client.builder().endpoints(endpoint(container, "http")));
  }

  /**
   * Starts one as an operator should have it: it speaks TLS, and asks for a user and a password.
   * Control's is {@code weft}, who may do what it likes below /weft/; what this class does it does
   * as {@code people}, who may write documents and nothing else. The tokens that etcd gives for
   * passwords end after a second of rest.
   *
   * @param folder in which its certificate is left, {@code etcd.pem}
   * @param password of all users
   */
  public static Etcd guarded(Path folder, String password) {
    Path certificate = folder.resolve("etcd.pem");
    Path key = folder.resolve("etcd-key.pem");
    selfSigned(certificate, key);
    GenericContainer<?> container =
        container(
            "https",
            "--cert-file=" + TLS_FOLDER + "cert.pem",
            "--key-file=" + TLS_FOLDER + "key.pem",
            "--auth-token-ttl=1");
    container.withCopyFileToContainer(
        MountableFile.forHostPath(certificate, 0644), TLS_FOLDER + "cert.pem");
    container.withCopyFileToContainer(MountableFile.forHostPath(key, 0644), TLS_FOLDER + "key.pem");
    container.start();
    ClientBuilder client =
        Client.builder().endpoints(endpoint(container, "https")).sslContext(trusting(certificate));
    // Until authentication is on, nobody may say a name.
    try (Client setup = client.build()) {
      makeUsers(setup.getAuthClient(), password);
    }
    return new Etcd(container, "https", client.user(bytes("people")).password(bytes(password)));
  }

  private static void makeUsers(Auth auth, String password) {
    for (String user : List.of("root", "weft", "people")) {
      auth.userAdd(bytes(user), bytes(password)).join();
      auth.roleAdd(bytes(user)).join();
      auth.userGrantRole(bytes(user), bytes(user)).join();
    }
    grant(auth, "weft", "/weft/", "/weft0");
    grant(auth, "people", "/weft/v1/default/config/", "/weft/v1/default/config0");
    auth.authEnable().join();
  }

  private static void grant(Auth auth, String role, String from, String to) {
    auth.roleGrantPermission(bytes(role), bytes(from), bytes(to), Permission.Type.READWRITE).join();
  }

  private static GenericContainer<?> container(String scheme, String... options) {
    String image = System.getProperty("weft.test.etcd.image", "quay.io/coreos/etcd:v3.6.5");
    List<String> command = new ArrayList<>();
    command.add(executable(image));
    command.add("--listen-client-urls=" + scheme + "://0.0.0.0:" + PORT);
    command.add("--advertise-client-urls=" + scheme + "://0.0.0.0:" + PORT);
    command.addAll(List.of(options));
    return new GenericContainer<>(DockerImageName.parse(image))
        .withExposedPorts(PORT)
        .withCreateContainerCmdModifier(each -> each.withEntrypoint())
        .withCommand(command.toArray(String[]::new))
        .waitingFor(Wait.forListeningPort());
  }

  private static void selfSigned(Path certificate, Path key) {
    try {
      Process openssl =
          new ProcessBuilder(
                  ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
                          + " -subj /CN=etcd -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
                          + " -keyout "
                          + key
                          + " -out "
                          + certificate)
                      .split(" "))
              .inheritIO()
              .start();
      if (openssl.waitFor() != 0) {
        throw new AssertionError("openssl makes no certificate");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while making a certificate", e);
    }
  }

  private static SslContext trusting(Path certificate) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
          .trustManager(certificate.toFile())
          .build();
    } catch (SSLException e) {
      throw new AssertionError(e);
    }
  }

  /** The URL control is given. */
  public String endpoint() {
    return endpoint(container, scheme);
  }

  private static String endpoint(GenericContainer<?> container, String scheme) {
    return scheme + "://" + container.getHost() + ":" + container.getMappedPort(PORT);
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
