package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells why a request goes where it goes. */
@Command(
    name = "explain",
    description =
        "Tell what would become of a request that nobody has made yet, and by which policies."
            + " An agent of the caller and one of the callee say so; nothing is sent or counted.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Option(
      names = "--from",
      paramLabel = "[NAMESPACE/]SERVICE",
      required = true,
      description = "Who calls.")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "HOST[:PORT]",
      required = true,
      description = "What it calls, as its URL would name it.")
  private String to = "";

  @Option(
      names = "--method",
      defaultValue = "GET",
      description = "HTTP method (${DEFAULT-VALUE}).")
  private String method = "";

  @Option(
      names = "--path",
      defaultValue = "/",
      description = "Path, with the query if there is one (${DEFAULT-VALUE}).")
  private String path = "";

  @Option(
      names = "--grpc",
      paramLabel = "SERVICE/METHOD",
      description = "A gRPC call instead, such as shop.Stock/Reserve.")
  private @Nullable String grpc;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header of the request; may be given several times.")
  private List<String> headers = List.of();

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}.")
  private Output output = Output.table;

  @Override
  public Integer call() {
    for (String header : headers) {
      if (header.indexOf(':') < 1) {
        throw new Refusal("-H " + header + " must be 'name: value'");
      }
    }
    if (grpc == null && !path.startsWith("/")) {
      throw new Refusal("--path " + path + " must begin with a slash");
    }
    JsonNode answer = control.get("/v1/explain?" + query());
    PrintWriter out = spec.commandLine().getOut();
    if (output == Output.table) {
      out.println(title());
      new Story(out, spec.commandLine().getColorScheme().ansi()).tell(answer);
    } else {
      out.println(output.of(answer));
    }
    out.flush();
    return 0;
  }

  private String title() {
    return (grpc == null ? method + " " + path : "gRPC " + grpc) + " from " + from + " to " + to;
  }

  private String query() {
    StringBuilder query = new StringBuilder("from=");
    query.append(encoded(from.contains("/") ? from : "default/" + from));
    query.append("&to=").append(encoded(to));
    if (grpc == null) {
      query.append("&method=").append(encoded(method)).append("&target=").append(encoded(path));
    } else {
      query.append("&protocol=grpc&method=POST&target=");
      query.append(encoded(grpc.startsWith("/") ? grpc : "/" + grpc));
    }
    headers.forEach(header -> query.append("&header=").append(encoded(header)));
    return query.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
