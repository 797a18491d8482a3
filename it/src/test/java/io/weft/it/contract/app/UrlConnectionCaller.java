package io.weft.it.contract.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Locale;
import java.util.Map;

/** Calls with HttpURLConnection. */
final class UrlConnectionCaller implements ClientApp.Caller {
  @Override
  public void call(Map<String, String> call, Map<String, String> answer) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(call.get("url")).toURL().openConnection();
    connection.setRequestMethod(call.get("method"));
    connection.setInstanceFollowRedirects(!"false".equals(call.get("follow")));
    call.forEach(
        (name, value) -> {
          if (name.startsWith("header.")) {
            connection.setRequestProperty(name.substring("header.".length()), value);
          }
        });
    if (call.containsKey("known")) {
      connection.setAuthenticator(ClientApp.AUTHENTICATOR);
    }
    if (call.containsKey("timeout")) {
      connection.setReadTimeout(Integer.parseInt(call.get("timeout")));
    }
    if (call.containsKey("size")) {
      send(connection, call.get("mode"), ClientApp.body(call));
    }
    answer.put("status", Integer.toString(connection.getResponseCode()));
    answer.put("message", String.valueOf(connection.getResponseMessage()));
    answer.put("url", connection.getURL().toString());
    for (int i = 1; connection.getHeaderFieldKey(i) != null; i++) {
      answer.merge(
          "header." + connection.getHeaderFieldKey(i).toLowerCase(Locale.ROOT),
          connection.getHeaderField(i),
          (one, next) -> one + "," + next);
    }
    if (connection.getResponseCode() < 400) {
      ClientApp.read(connection.getInputStream(), call, answer);
      return;
    }
    InputStream error = connection.getErrorStream();
    answer.put("errorStream", error == null ? "none" : "there");
    if (error != null) {
      ClientApp.read(error, call, answer);
    }
    try {
      connection.getInputStream().close();
    } catch (IOException e) {
      answer.put("thrown", e.toString());
    }
  }

  private static void send(HttpURLConnection connection, String mode, byte[] body)
      throws IOException {
    connection.setDoOutput(true);
    switch (mode) {
      case "fixed" -> connection.setFixedLengthStreamingMode(body.length);
      case "chunked" -> connection.setChunkedStreamingMode(8_192);
      default -> {}
    }
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    }
  }
}
