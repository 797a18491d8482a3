package io.weft.cli;

import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.document.Durations;
import io.weft.control.identity.CaAlgorithm;
import io.weft.control.identity.CaOptions;
import io.weft.control.join.JoinOptions;
import io.weft.control.join.JoinOptions.Kubernetes;
import io.weft.control.store.EtcdAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs control in this JVM until it is told to end. */
@Command(
    name = "control",
    description = "Run the control service, which takes policies and pushes them to agents.",
    mixinStandardHelpOptions = true)
final class ControlCommand implements Callable<Integer> {
  private static final Path HOME = Path.of(System.getProperty("user.home"), ".weft", "control");

  @Spec private CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:15010",
      description =
          "Where agents and this command reach it; port 0 for a free one (${DEFAULT-VALUE}).")
  private String listen = "";

  @Option(
      names = "--advertise",
      paramLabel = "HOST",
      defaultValue = "",
      description = "Host by which agents and other replicas reach it, if not that one.")
  private String advertise = "";

  @Option(
      names = "--store",
      paramLabel = "STORE",
      description =
          "embedded:<folder>, or etcd:https://host:port[,https://host:port] (embedded, below"
              + " --data).")
  private @Nullable String store;

  @Option(
      names = "--etcd-ca",
      paramLabel = "FILE",
      description =
          "Certificates of the authorities that etcd's own comes from, PEM (those Java believes).")
  private @Nullable Path etcdRoots;

  @Option(
      names = "--etcd-cert",
      paramLabel = "FILE",
      description = "Certificate that control shows to etcd, PEM.")
  private @Nullable Path etcdCertificate;

  @Option(
      names = "--etcd-key",
      paramLabel = "FILE",
      description = "Its private key, PEM, not encrypted.")
  private @Nullable Path etcdKey;

  @Option(
      names = "--etcd-user",
      paramLabel = "NAME",
      defaultValue = "",
      description = "User of etcd, if not the one that the certificate names.")
  private String etcdUser = "";

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      description = "File of that user's password.")
  private @Nullable Path etcdPassword;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Folder of its root certificate and tokens (~/.weft/control).")
  private @Nullable Path data;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      defaultValue = "weft.local",
      description =
          "Trust domain of the certificates of services, at the mesh's first start"
              + " (${DEFAULT-VALUE}).")
  private String trustDomain = "";

  @Option(
      names = "--leaf-life",
      paramLabel = "DURATION",
      defaultValue = "24h",
      description = "How long a service's certificate lives (${DEFAULT-VALUE}).")
  private String leafLife = "";

  @Option(
      names = "--ca-algorithm",
      paramLabel = "NAME",
      defaultValue = "ecdsa",
      description =
          "What the authority signs with, at the mesh's first start: ecdsa, ed25519 or rsa"
              + " (${DEFAULT-VALUE}).")
  private CaAlgorithm algorithm = CaAlgorithm.ECDSA;

  @Option(
      names = "--ca-key-file",
      paramLabel = "FILE",
      description =
          "Key that seals the authority's own in the store; the same on all replicas, made if it is"
              + " not there (ca-key in --data).")
  private @Nullable Path caKey;

  @Option(
      names = "--kubernetes-issuer",
      paramLabel = "ISSUER",
      description =
          "Believe service account tokens of this issuer: kubectl get --raw"
              + " /.well-known/openid-configuration names it.")
  private @Nullable String issuer;

  @Option(
      names = "--kubernetes-jwks",
      paramLabel = "FILE|URI",
      description = "Keys of that issuer: a JWK set in a file, or behind https.")
  private @Nullable String jwks;

  @Option(
      names = "--kubernetes-audience",
      paramLabel = "NAME",
      defaultValue = "weft",
      description = "Audience that service account tokens must be for (${DEFAULT-VALUE}).")
  private String audience = "";

  @Option(
      names = "--kubernetes-jwks-ca",
      paramLabel = "FILE",
      description = "Authorities by which the server of the keys is known, PEM (Java's own).")
  private @Nullable Path jwksCa;

  @Option(
      names = "--kubernetes-jwks-token",
      paramLabel = "FILE",
      description = "Token to show to the server of the keys, if it asks for one.")
  private @Nullable Path jwksToken;

  @Option(
      names = "--join-ca",
      paramLabel = "FILE",
      description = "Authorities by whose X.509-SVIDs agents may join, PEM.")
  private @Nullable Path joinCa;

  @Override
  public Integer call() throws InterruptedException {
    int colon = listen.lastIndexOf(':');
    if (colon < 1
        || !listen.substring(colon + 1).matches("\\d{1,5}")
        || Integer.parseInt(listen.substring(colon + 1)) > 65_535) {
      throw new Refusal("--listen " + listen + " must be host:port, such as 127.0.0.1:15010");
    }
    String host = listen.substring(0, colon);
    Path folder = data == null ? HOME : data;
    Options options;
    Control control;
    try {
      options =
          new Options(
              host.replaceAll("[\\[\\]]", ""),
              Integer.parseInt(listen.substring(colon + 1)),
              advertise,
              store == null ? "embedded:" + folder.resolve("store") : store,
              new EtcdAccess(etcdRoots, etcdCertificate, etcdKey, etcdUser, etcdPassword),
              folder,
              authority(folder),
              joins());
      control = Control.start(options);
    } catch (IOException e) {
      throw new Refusal("control: " + Refusal.reason(e));
    } catch (RuntimeException e) {
      throw new Refusal("control: " + e.getMessage());
    }
    Runtime.getRuntime().addShutdownHook(new Thread(control::close, "weft-control-close"));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Weft control, listening on " + host + ":" + control.port());
    out.println("  store         " + options.store());
    out.println("  root          " + folder.resolve("root.pem"));
    out.println("  join token    " + folder.resolve("join-token") + "   (agents)");
    out.println("  admin token   " + folder.resolve("admin-token") + "   (this command)");
    out.flush();
    control.awaitEnd();
    return 0;
  }

  private JoinOptions joins() {
    if ((issuer == null) != (jwks == null)) {
      throw new IllegalArgumentException(
          "--kubernetes-issuer and --kubernetes-jwks belong together");
    }
    Optional<Kubernetes> cluster =
        issuer == null || jwks == null
            ? Optional.empty()
            : Optional.of(
                new Kubernetes(
                    issuer,
                    audience,
                    jwks,
                    Optional.ofNullable(jwksCa),
                    Optional.ofNullable(jwksToken)));
    return new JoinOptions(cluster, Optional.ofNullable(joinCa));
  }

  private CaOptions authority(Path folder) {
    return new CaOptions(
        trustDomain,
        Durations.parse(leafLife)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--leaf-life " + leafLife + " must be a duration such as 24h")),
        caKey == null ? folder.resolve("ca-key") : caKey,
        algorithm);
  }
}
