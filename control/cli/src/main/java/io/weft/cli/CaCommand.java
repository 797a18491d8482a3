package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.control.document.Durations;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The authority of services' certificates. */
@Command(
    name = "ca",
    description = "The authority of services' certificates.",
    mixinStandardHelpOptions = true)
final class CaCommand implements Runnable {
  private static final long LOOK_AGAIN_MILLIS = 300;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name what to do: status, rotate, revoke, sign or bundle");
  }

  @Command(
      name = "status",
      description = "Show its trust domain, its root, and how far a change of the root has come.",
      mixinStandardHelpOptions = true)
  int status(@Mixin Connection control) {
    JsonNode ca = control.get("/v1/ca");
    PrintWriter out = out();
    out.println("trust domain  " + ca.path("trustDomain").asText());
    out.println("algorithm     " + ca.path("algorithm").asText());
    out.println("signing root  " + ca.path("root").asText());
    out.println("valid until   " + ca.path("until").asText());
    out.println(
        "certificates  live " + Durations.text(Duration.parse(ca.path("leafLife").asText("PT0S"))));
    out.println("change        " + phase(ca));
    out.flush();
    return 0;
  }

  @Command(
      name = "rotate",
      description =
          "Change the root: announced, acknowledged by all agents, signing, waiting until the last"
              + " certificate of the old one has ended, retired.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin Connection control,
      @Option(names = "--wait", description = "Until the old root is retired, telling each step.")
          boolean wait)
      throws InterruptedException {
    PrintWriter out = out();
    control.post("/v1/ca/rotate", new byte[0], "");
    out.println("ANNOUNCED: agents are told to believe both roots (weft ca status)");
    out.flush();
    String seen = "ANNOUNCED";
    while (wait && !seen.equals("RETIRED")) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
      JsonNode ca = control.get("/v1/ca");
      if (!ca.path("phase").asText().equals(seen)) {
        seen = ca.path("phase").asText();
        out.println(phase(ca));
        out.flush();
      }
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description =
          "What a principal was given until now is worth nothing: certificates, tokens, open"
              + " connections.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin Connection control,
      @Parameters(paramLabel = "[NAMESPACE/]PRINCIPAL", description = "Such as default/orders.")
          String principal) {
    String[] parts =
        principal.contains("/") ? principal.split("/", 2) : new String[] {"default", principal};
    JsonNode done =
        control.post(
            "/v1/ca/revoke?namespace=" + encoded(parts[0]) + "&principal=" + encoded(parts[1]),
            new byte[0],
            "");
    out()
        .println(
            done.path("spiffeId").asText()
                + " is revoked as of "
                + done.path("before").asText()
                + ": it comes back with a token made since (weft token create)");
    out().flush();
    return 0;
  }

  @Command(
      name = "sign",
      description =
          "Certify a key of somebody who has no agent, such as an Envoy; prints the chain (PEM).",
      mixinStandardHelpOptions = true)
  int sign(
      @Mixin Connection control,
      @Option(
              names = "--csr",
              paramLabel = "FILE",
              required = true,
              description = "Certificate request, PKCS#10, PEM or DER.")
          Path request,
      @Option(names = "--principal", required = true, description = "Who holds the key.")
          String principal,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "default",
              description = "Where that is (${DEFAULT-VALUE}).")
          String namespace,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              description = "How long the certificate lives; that of agents if not given.")
          @Nullable String life)
      throws IOException {
    String query =
        "?namespace="
            + encoded(namespace)
            + "&principal="
            + encoded(principal)
            + (life == null ? "" : "&seconds=" + Lives.seconds("--ttl", life));
    JsonNode signed = control.post("/v1/ca/sign" + query, Files.readAllBytes(request), "");
    out().print(signed.path("chain").asText());
    out().flush();
    return 0;
  }

  @Command(
      name = "bundle",
      description = "Print the roots by which services of the mesh are known (PEM).",
      mixinStandardHelpOptions = true)
  int bundle(@Mixin Connection control) {
    out().print(control.get("/v1/ca/bundle").path("bundle").asText());
    out().flush();
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static String phase(JsonNode ca) {
    String phase = ca.path("phase").asText();
    return switch (phase) {
      case "STEADY" -> "none";
      case "ANNOUNCED" -> phase + ": agents are told to believe both roots";
      case "ACKNOWLEDGED" -> phase + ": all connected agents believe both roots";
      case "SIGNING" -> phase + ": the new root's key signs, and agents renew";
      case "WAITING" ->
          phase
              + ": for the last certificate of the old root to end, at "
              + ca.path("retiresAt").asText();
      case "RETIRED" ->
          phase + ": the old root is believed no more, since " + ca.path("since").asText();
      default -> phase;
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
