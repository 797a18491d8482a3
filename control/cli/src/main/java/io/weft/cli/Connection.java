package io.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.control.admin.AdminClient;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command reaches control: options, else the environment, else what control wrote here. */
final class Connection {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path HOME = Path.of(System.getProperty("user.home"), ".weft", "control");
  private static final Pattern ADDRESS =
      Pattern.compile("[^\\s/:]+:\\d{1,5}|\\[[^\\]\\s/]+\\]:\\d{1,5}");
  private static final Pattern TOKEN = Pattern.compile("[\\w.-]{1,500}");

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
    return send((client, address) -> client.post(address, path, body, file), file);
  }

  private JsonNode send(Exchange exchange) {
    return send(exchange, "");
  }

  private JsonNode send(Exchange exchange, String file) {
    List<String> addresses = Stream.of(control.split("[,;]")).map(String::strip).toList();
    for (String address : addresses) {
      if (!ADDRESS.matcher(address).matches()) {
        throw new Unreachable(
            "control's address " + address + " must be host:port, such as 127.0.0.1:15010");
      }
    }
    AdminClient client = client();
    String unreachable = "";
    for (String address : addresses) {
      try {
        return answer(exchange.send(client, address).join(), address, file);
      } catch (CompletionException e) {
        unreachable = why(address, e.getCause());
      }
    }
    throw new Unreachable(unreachable);
  }

  private AdminClient client() {
    Path file = rootFile();
    try {
      return AdminClient.of(file, token());
    } catch (NoSuchFileException e) {
      throw missing(e);
    } catch (IOException e) {
      throw new Unreachable(Refusal.reason(e));
    }
  }

  private String token() throws IOException {
    String given = System.getenv("WEFT_ADMIN_TOKEN");
    String token =
        given != null && tokenFile == null ? given.strip() : Files.readString(tokenPath()).strip();
    if (!TOKEN.matcher(token).matches()) {
      throw new Unreachable(tokenPlace() + " holds no admin token: control writes it, in one line");
    }
    return token;
  }

  private String tokenPlace() {
    return System.getenv("WEFT_ADMIN_TOKEN") != null && tokenFile == null
        ? "WEFT_ADMIN_TOKEN"
        : tokenPath().toString();
  }

  private Path tokenPath() {
    return tokenFile != null ? tokenFile : file("WEFT_ADMIN_TOKEN_FILE", "admin-token");
  }

  private Path rootFile() {
    return root != null ? root : file("WEFT_ROOT", "root.pem");
  }

  private static Path file(String variable, String otherwise) {
    String named = System.getenv(variable);
    return named == null || named.isBlank() ? HOME.resolve(otherwise) : Path.of(named);
  }

  private static Unreachable missing(NoSuchFileException fault) {
    return new Unreachable(
        Refusal.reason(fault)
            + ": start control with 'weft control', which writes it, or name the files of another"
            + " with --root and --token-file");
  }

  private JsonNode answer(AdminClient.Answer answer, String address, String file) {
    if (answer.status() == 401) {
      throw new Unreachable(
          "control at "
              + address
              + " does not know the admin token of "
              + tokenPlace()
              + ", or it has expired: name that control's own with --token-file");
    }
    JsonNode body;
    try {
      body = JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new Unreachable(address + " does not speak as control does: is something else there?");
    }
    if (answer.status() < 300) {
      return body;
    }
    if (answer.status() == 503) {
      throw new Unreachable(
          "control at " + address + ": " + body.path("errors").path(0).path("message").asText());
    }
    List<String> lines = new ArrayList<>();
    body.path("errors").forEach(error -> lines.add(Problems.line(error, file)));
    throw new Refusal(
        lines.isEmpty() ? List.of("weft: " + address + " answers " + answer.status()) : lines);
  }

  private String why(String address, @Nullable Throwable fault) {
    if (fault instanceof SSLHandshakeException) {
      return "control at "
          + address
          + " is not the one whose root certificate is in "
          + rootFile()
          + ": name its own with --root or WEFT_ROOT ("
          + fault.getMessage()
          + ")";
    }
    if (fault instanceof SSLException) {
      return "what listens at " + address + " does not speak TLS, so it is not control";
    }
    if (fault instanceof HttpTimeoutException) {
      return "control at " + address + " did not answer in time";
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
