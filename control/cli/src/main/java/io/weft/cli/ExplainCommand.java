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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells why a request goes where it goes. */
@Command(
    name = "explain",
    description =
        "Tell what became of a real request, by its trace or request id; or, with --from and --to,"
            + " what would become of one that nobody has made yet. Each line names the policy behind"
            + " it. The agents concerned say so; nothing is sent or counted.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "A trace id, a traceparent, or the x-request-id of an HTTP request.")
  private @Nullable String id;

  @Option(
      names = "--from",
      paramLabel = "[NAMESPACE/]SERVICE",
      defaultValue = "",
      description = "Who calls.")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "HOST[:PORT]",
      defaultValue = "",
      description = "What it calls, as its URL would name it.")
  private String to = "";

  @Option(names = "--method", defaultValue = "GET", description = "HTTP method (${DEFAULT-VALUE}).")
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
    PrintWriter out = spec.commandLine().getOut();
    Story story = new Story(out, spec.commandLine().getColorScheme());
    if (id != null && from.isEmpty() && to.isEmpty()) {
      JsonNode answer = control.get("/v1/explain/request?id=" + encoded(traceId(id)));
      if (output == Output.table) {
        story.recall(answer.path("requests"));
      } else {
        out.println(output.of(answer));
      }
      out.flush();
      return 0;
    }
    if (id != null || from.isEmpty() || to.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "name a trace or request id, or both --from and --to");
    }
    for (String header : headers) {
      if (header.indexOf(':') < 1) {
        throw new Refusal("-H " + header + " must be 'name: value'");
      }
    }
    if (grpc == null && !path.startsWith("/")) {
      throw new Refusal("--path " + path + " must begin with a slash");
    }
    JsonNode answer = control.get("/v1/explain?" + query());
    if (output == Output.table) {
      out.println(title());
      story.tell(answer);
    } else {
      out.println(output.of(answer));
    }
    out.flush();
    return 0;
  }

  private static String traceId(String given) {
    return given.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
        ? given.substring(3, 35)
        : given;
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
