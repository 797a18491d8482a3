package io.weft.it.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Envoy, with static configuration. Its listeners take free ports. */
public final class Envoy implements AutoCloseable {
  private final Process process;
  private final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private Envoy(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /**
   * Starts one and waits until it serves.
   *
   * @param yaml its configuration, with an admin interface on any port
   */
  public static Envoy start(Path folder, String yaml) {
    try {
      Path config = Files.writeString(folder.resolve("envoy.yaml"), yaml);
      Envoy envoy =
          new Envoy(
              new ProcessBuilder(
                      System.getProperty("weft.test.envoy", "envoy"),
                      "-c",
                      config.toString(),
                      "--admin-address-path",
                      folder.resolve("admin").toString(),
                      "--concurrency",
                      "1",
                      "--disable-hot-restart")
                  .redirectErrorStream(true)
                  .redirectOutput(folder.resolve("envoy.log").toFile())
                  .start(),
              folder);
      await()
          .atMost(60, SECONDS)
          .until(
              () -> {
                if (!envoy.process.isAlive()) {
                  throw new AssertionError(envoy.log());
                }
                return Files.exists(folder.resolve("admin"))
                    && envoy.admin("/ready").startsWith("LIVE");
              });
      return envoy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port a listener was given, by its name. */
  public int port(String listener) {
    Matcher line =
        Pattern.compile("(?m)^" + listener + "::[^:]+:(\\d+)$").matcher(admin("/listeners"));
    if (!line.find()) {
      throw new AssertionError("no listener " + listener + " in " + admin("/listeners"));
    }
    return Integer.parseInt(line.group(1));
  }

  /** What it has printed. */
  public String log() {
    try {
      return Files.readString(folder.resolve("envoy.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String admin(String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://" + Files.readString(folder.resolve("admin")).strip() + path))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking Envoy", e);
    }
  }
}
