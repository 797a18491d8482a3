package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What agents join with, and what this command shows to control. */
@Command(
    name = "token",
    description = "Tokens that agents join with, and that this command shows to control.",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Runnable {
  /** What bearers of an admin token may do. */
  enum Role {
    viewer,
    editor,
    admin
  }

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name what to do: create, list or revoke");
  }

  @Command(
      name = "create",
      description =
          "Make a join token for agents, or with --role an admin token; it is shown this once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin Connection control,
      @Option(
              names = "--principal",
              defaultValue = "",
              description = "Who joins with it; the service's own name where none is given.")
          String principal,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "",
              description = "Namespace it is good for; any where none is given.")
          String namespace,
      @Option(
              names = "--ttl",
              paramLabel = "DURATION",
              description = "How long it can be used; for ever if not given.")
          @Nullable String life,
      @Option(names = "--role", description = "An admin token: ${COMPLETION-CANDIDATES}.")
          @Nullable Role role) {
    if (role == Role.editor && namespace.isEmpty()) {
      throw new Refusal("--role editor needs --namespace: the one whose documents it may change");
    }
    if (role == null && !principal.isEmpty() && namespace.isEmpty()) {
      throw new Refusal("--principal needs --namespace: where that principal is");
    }
    String query =
        "?purpose="
            + (role == null ? "JOIN" : "ADMIN")
            + "&namespace="
            + encoded(namespace)
            + "&principal="
            + encoded(principal)
            + (life == null ? "" : "&seconds=" + Lives.seconds("--ttl", life))
            + (role == null ? "" : "&role=" + role.name().toUpperCase(Locale.ROOT));
    out().println(control.post("/v1/tokens" + query, new byte[0], "").path("token").asText());
    out().flush();
    return 0;
  }

  @Command(
      name = "list",
      description = "Show all tokens, without their secrets, which nobody has.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Connection control) {
    Tables table = new Tables("ID", "FOR", "NAMESPACE", "PRINCIPAL", "CREATED", "EXPIRES");
    for (JsonNode token : control.get("/v1/tokens").path("tokens")) {
      String role = token.path("role").asText().toLowerCase(Locale.ROOT);
      String namespace = token.path("namespace").asText();
      String expires = token.path("expires").asText();
      table.row(
          token.path("id").asText(),
          role.isEmpty() ? "agents" : role,
          namespace.isEmpty() ? "any" : namespace,
          token.path("principal").asText(),
          token.path("created").asText(),
          expires.isEmpty() ? "never" : expires);
    }
    table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out()::println);
    out().flush();
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Make a token worthless, and have those who joined with it join anew.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin Connection control,
      @Parameters(paramLabel = "ID", description = "As weft token list shows it.") String id) {
    control.delete("/v1/tokens/" + encoded(id));
    out().println("token " + id + " is revoked");
    out().flush();
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
