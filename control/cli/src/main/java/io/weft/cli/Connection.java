package io.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.control.admin.AdminClient;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command reaches control: options, else the environment, else what control wrote here. */
final class Connection {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path HOME = Path.of(System.getProperty("user.home"), ".weft", "control");

  @Option(
      names = "--control",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:WEFT_CONTROL:-127.0.0.1:15010}",
      description = "Control; several, separated by commas, are tried in turn (${DEFAULT-VALUE}).")
  private String control = "";

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description = "Control's root certificate (WEFT_ROOT, ~/.weft/control/root.pem).")
  private @Nullable Path root;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File of the admin token (WEFT_ADMIN_TOKEN itself, WEFT_ADMIN_TOKEN_FILE,"
              + " ~/.weft/control/admin-token).")
  private @Nullable Path tokenFile;

  /** GET. */
  JsonNode get(String path) {
    return send((client, address) -> client.get(address, path));
  }

  /** DELETE. */
  JsonNode delete(String path) {
    return send((client, address) -> client.delete(address, path));
  }

  /** POST of a file's bytes; messages call it by that name. */
  JsonNode post(String path, byte[] body, String file) {
    return send((client, address) -> client.post(address, path, body, file));
  }

  private JsonNode send(Exchange exchange) {
    AdminClient client = client();
    String unreachable = "";
    for (String address : control.split("[,;]")) {
      try {
        return answer(exchange.send(client, address.strip()).join(), address);
      } catch (IllegalArgumentException e) {
        throw new Refusal(
            "control's address " + address + " must be host:port, such as 127.0.0.1:15010");
      } catch (CompletionException e) {
        unreachable = why(address.strip(), e.getCause());
      }
    }
    throw new Refusal(unreachable);
  }

  private AdminClient client() {
    Map<String, String> environment = System.getenv();
    Path rootFile = root;
    if (rootFile == null) {
      rootFile = file(environment.get("WEFT_ROOT"), "root.pem");
    }
    String token = environment.get("WEFT_ADMIN_TOKEN");
    Path from = tokenFile;
    if (from == null) {
      from = file(environment.get("WEFT_ADMIN_TOKEN_FILE"), "admin-token");
    }
    try {
      if (token != null && tokenFile == null) {
        return AdminClient.of(rootFile, token.strip());
      }
      return AdminClient.of(rootFile, from);
    } catch (NoSuchFileException e) {
      throw new Refusal(
          e.getFile()
              + " is not there: start control (weft control), or name its files with --root and"
              + " --token-file");
    } catch (IOException e) {
      throw new Refusal(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private static Path file(@Nullable String named, String otherwise) {
    return named == null || named.isBlank() ? HOME.resolve(otherwise) : Path.of(named);
  }

  private static JsonNode answer(AdminClient.Answer answer, String address) {
    JsonNode body;
    try {
      body = JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new Refusal(address + " does not speak as control does: is something else there?");
    }
    if (answer.status() < 300) {
      return body;
    }
    List<String> lines = new ArrayList<>();
    body.path("errors").forEach(error -> lines.add(Problems.line(error)));
    throw new Refusal(
        lines.isEmpty() ? List.of("weft: " + address + " answers " + answer.status()) : lines);
  }

  private String why(String address, @Nullable Throwable fault) {
    if (fault instanceof SSLException) {
      return address
          + " cannot prove that it is the control of "
          + (root == null ? file(System.getenv("WEFT_ROOT"), "root.pem") : root)
          + ": "
          + fault.getMessage();
    }
    return "control does not answer at "
        + address
        + ": start it with 'weft control', or name another with --control or WEFT_CONTROL";
  }

  /** One exchange with the control at an address. */
  private interface Exchange {
    CompletableFuture<AdminClient.Answer> send(AdminClient client, String address);
  }
}
