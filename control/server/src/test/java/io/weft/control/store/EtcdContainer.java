package io.weft.control.store;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.DeleteOption;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/** A real etcd, and its administrator. */
public final class EtcdContainer implements AutoCloseable {
  static final String PASSWORD = "correct horse battery staple";
  private static final int PORT = 2379;
  private static final String FOLDER = "/etc/etcd-tls/";

  private final GenericContainer<?> container;
  private final String scheme;
  private final Client administrator;

  private EtcdContainer(GenericContainer<?> container, String scheme, ClientBuilder administrator) {
    this.container = container;
    this.scheme = scheme;
    this.administrator = administrator.build();
  }

  /** One that lets everybody in, in plaintext. */
  public static EtcdContainer open() {
    GenericContainer<?> container = container("http");
    container.start();
    return new EtcdContainer(
        container, "http", Client.builder().endpoints(endpoint(container, "http")));
  }

  /**
   * One that speaks TLS, and knows the users root and weft, of whom weft may do what it likes below
   * /weft/ and nothing else.
   *
   * @param certificates whether a client must have a certificate of the authority
   */
  static EtcdContainer guarded(EtcdPki pki, boolean certificates) {
    EtcdPki.Holder server = pki.server("localhost", "127.0.0.1");
    List<String> options =
        new ArrayList<>(
            List.of("--cert-file=" + FOLDER + "server.pem", "--key-file=" + FOLDER + "key.pem"));
    if (certificates) {
      options.addAll(List.of("--client-cert-auth", "--trusted-ca-file=" + FOLDER + "ca.pem"));
    }
    GenericContainer<?> container = container("https", options.toArray(String[]::new));
    copy(container, "server.pem", server.certificatePem());
    copy(container, "key.pem", server.keyPem());
    copy(container, "ca.pem", pki.rootPem());
    container.start();
    ClientBuilder client =
        Client.builder()
            .endpoints(endpoint(container, "https"))
            .sslContext(tls(pki, certificates ? pki.client("root") : null));
    // Until authentication is on, nobody may say a name.
    try (Client setup = client.build()) {
      makeUsers(setup.getAuthClient());
    }
    if (!certificates) {
      client.user(bytes("root")).password(bytes(PASSWORD));
    }
    return new EtcdContainer(container, "https", client);
  }

  private static void makeUsers(Auth auth) {
    for (String user : List.of("root", "weft")) {
      done(auth.userAdd(bytes(user), bytes(PASSWORD)));
      done(auth.roleAdd(bytes(user)));
      done(auth.userGrantRole(bytes(user), bytes(user)));
    }
    done(
        auth.roleGrantPermission(
            bytes("weft"), bytes("/weft/"), bytes("/weft0"), Permission.Type.READWRITE));
    done(auth.authEnable());
  }

  /** The URL control is given. */
  public String endpoint() {
    return endpoint(container, scheme);
  }

  /** Empties what control keeps. */
  public void clear() {
    done(
        administrator
            .getKVClient()
            .delete(bytes("/weft/"), DeleteOption.builder().isPrefix(true).build()));
  }

  void compact(long revision) {
    done(administrator.getKVClient().compact(revision));
  }

  /** Has all tokens forgotten that etcd has given out for passwords, as a restart would. */
  void forgetTokens() {
    done(administrator.getAuthClient().userChangePassword(bytes("weft"), bytes(PASSWORD)));
  }

  void takeRole(String user, String role) {
    done(administrator.getAuthClient().userRevokeRole(bytes(user), bytes(role)));
  }

  void giveRole(String user, String role) {
    done(administrator.getAuthClient().userGrantRole(bytes(user), bytes(role)));
  }

  @Override
  public void close() {
    administrator.close();
    container.close();
  }

  private static GenericContainer<?> container(String scheme, String... options) {
    String image = System.getProperty("weft.test.etcd.image", "quay.io/coreos/etcd:v3.6.5");
    List<String> command = new ArrayList<>();
    command.add(image.startsWith("quay.io/") ? "/usr/local/bin/etcd" : "/bin/etcd");
    command.add("--listen-client-urls=" + scheme + "://0.0.0.0:" + PORT);
    command.add("--advertise-client-urls=" + scheme + "://0.0.0.0:" + PORT);
    command.addAll(List.of(options));
    return new GenericContainer<>(DockerImageName.parse(image))
        .withExposedPorts(PORT)
        .withCreateContainerCmdModifier(each -> each.withEntrypoint())
        .withCommand(command.toArray(String[]::new))
        .waitingFor(Wait.forListeningPort());
  }

  private static void copy(GenericContainer<?> container, String name, byte[] content) {
    container.withCopyToContainer(Transferable.of(content, 0644), FOLDER + name);
  }

  private static String endpoint(GenericContainer<?> container, String scheme) {
    return scheme + "://" + container.getHost() + ":" + container.getMappedPort(PORT);
  }

  private static SslContext tls(EtcdPki pki, EtcdPki.@Nullable Holder client) {
    try {
      SslContextBuilder tls =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
              .trustManager(pki.root());
      if (client != null) {
        tls.keyManager(client.key(), client.certificate());
      }
      return tls.build();
    } catch (SSLException e) {
      throw new AssertionError(e);
    }
  }

  private static void done(CompletableFuture<?> asked) {
    try {
      asked.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("etcd's administrator is not obeyed", e);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
