package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows who somebody is to the mesh. */
@Command(
    name = "identity",
    description = "Show as whom this command is known, or the certificates of a service.",
    mixinStandardHelpOptions = true)
final class IdentityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Option(
      names = "--service",
      paramLabel = "[NAMESPACE/]NAME",
      description = "The certificates of this service's instances; * for all services.")
  private @Nullable String service;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (service == null) {
      own(out);
    } else {
      instances(service, out);
    }
    out.flush();
    return 0;
  }

  private void own(PrintWriter out) {
    JsonNode identity = control.get("/v1/identity");
    JsonNode ca = control.get("/v1/ca");
    out.println("token         " + identity.path("token").asText());
    out.println(
        "role          " + identity.path("role").asText().toLowerCase(java.util.Locale.ROOT));
    String namespace = identity.path("namespace").asText();
    out.println("namespace     " + (namespace.isEmpty() ? "all" : namespace));
    String expires = identity.path("expires").asText();
    out.println("expires       " + (expires.isEmpty() ? "never" : expires));
    out.println("trust domain  " + ca.path("trustDomain").asText());
  }

  private void instances(String wanted, PrintWriter out) {
    String name = wanted.contains("/") || wanted.equals("*") ? wanted : "default/" + wanted;
    Tables table = new Tables("SERVICE", "INSTANCE", "IDENTITY", "SERIAL", "ROOT", "VALID UNTIL");
    for (JsonNode agent : control.get("/v1/status").path("agents")) {
      String is = agent.path("namespace").asText() + "/" + agent.path("service").asText();
      if (!name.equals("*") && !name.equals(is)) {
        continue;
      }
      JsonNode identity = agent.path("identity");
      String id = identity.path("spiffeId").asText();
      table.row(
          is,
          agent.path("host").asText() + ":" + agent.path("pid").asText(),
          id.isEmpty() ? "none" : id,
          shortened(identity.path("serial").asText()),
          shortened(identity.path("root").asText()),
          identity.path("until").asText());
    }
    table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
  }

  private static String shortened(String hash) {
    return hash.length() > 12 ? hash.substring(0, 12) : hash;
  }
}
