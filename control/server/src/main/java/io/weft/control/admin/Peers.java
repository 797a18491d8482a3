package io.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks the other replicas what they know, with this one's own admin token. */
public final class Peers {
  private static final JsonMapper JSON = new JsonMapper();

  private final String self;
  private final Path data;
  private @Nullable AdminClient client;

  public Peers(String self, Path data) {
    this.self = self;
    this.data = data;
  }

  /** Each one's answer to a GET; one that does not answer in time is left out. */
  CompletableFuture<List<JsonNode>> ask(Map<String, String> replicas, String path) {
    List<CompletableFuture<@Nullable JsonNode>> asked = new ArrayList<>();
    replicas.forEach(
        (id, address) -> {
          if (!id.equals(self)) {
            asked.add(one(address, path));
          }
        });
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<JsonNode> answers = new ArrayList<>();
              for (CompletableFuture<@Nullable JsonNode> each : asked) {
                JsonNode answer = each.join();
                if (answer != null) {
                  answers.add(answer);
                }
              }
              return answers;
            });
  }

  private CompletableFuture<@Nullable JsonNode> one(String address, String path) {
    try {
      return client()
          .get(address, path)
          .thenApply(
              answer -> {
                try {
                  return answer.status() == 200 ? JSON.readTree(answer.body()) : null;
                } catch (IOException e) {
                  return null;
                }
              })
          .exceptionally(fault -> null);
    } catch (IOException e) {
      return CompletableFuture.completedFuture(null);
    }
  }

  private synchronized AdminClient client() throws IOException {
    if (client == null) {
      client = AdminClient.of(data.resolve("root.pem"), data.resolve("admin-token"));
    }
    return client;
  }
}
