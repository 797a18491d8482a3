package io.weft.demo.orders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks what goes with an item. Thread-safe. */
final class RecommendationsClient {
  private static final int TIMEOUT_MILLIS = 5_000;

  private final URI base;
  private final ObjectMapper json = new ObjectMapper();

  RecommendationsClient(URI base) {
    this.base = base;
  }

  /** The name of an item; an advertisement that cannot be had is none, and no reason to fail. */
  String goesWith(String item) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) base.resolve("/goes-with/" + item).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      try (InputStream body = connection.getInputStream()) {
        JsonNode answer = json.readTree(body);
        return answer.path("item").asText();
      }
    } catch (IOException e) {
      return "";
    }
  }
}
