package io.weft.it.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Control's admin API as the command uses it, for tests that cannot wait for a JVM at each step.
 * Thread-safe.
 */
public final class Admin {
  private final ControlService control;
  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();

  Admin(ControlService control) {
    this.control = control;
    this.http = HttpClient.newBuilder().sslContext(trust(control)).build();
  }

  /** Applies documents and returns the generation they stand in. */
  public long apply(String documents) {
    return send("POST", "/v1/config", documents).path("generation").asLong();
  }

  /** Deletes a document and returns the generation from which it is gone. */
  public long delete(String kind, String namespace, String name) {
    return send("DELETE", "/v1/config/" + kind + "/" + namespace + "/" + name, "")
        .path("generation")
        .asLong();
  }

  /** What {@code weft status -o json} prints. */
  public JsonNode status() {
    return get("/v1/status");
  }

  /** What status says of a process's agent; missing if it has not joined. */
  public JsonNode agent(JavaProcess process) {
    for (JsonNode agent : status().path("agents")) {
      if (agent.path("pid").asLong() == process.pid()) {
        return agent;
      }
    }
    return MissingNode.getInstance();
  }

  /** What the API answers at a path, such as {@code /v1/ca}. */
  public JsonNode get(String path) {
    return send("GET", path, "");
  }

  /** Who was denied by what. */
  public JsonNode denials() {
    return send("GET", "/v1/denials", "").path("denials");
  }

  private JsonNode send(String method, String path, String body) {
    try {
      String token = Files.readString(control.data().resolve("admin-token")).strip();
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("https://" + control.address() + path))
                  .header("authorization", "Bearer " + token)
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(method + " " + path + ": " + answer.body() + " for\n" + body);
      }
      return json.readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError("control does not answer: " + control.process().output(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking control", e);
    }
  }

  private static SSLContext trust(ControlService control) {
    try {
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(null);
      roots.setCertificateEntry(
          "root",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      Files.readAllBytes(control.data().resolve("root.pem")))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError("control's root certificate cannot be read", e);
    }
  }
}
