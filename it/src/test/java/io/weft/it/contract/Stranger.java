package io.weft.it.contract;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Somebody without an agent, who has curl and openssl. All that either prints is kept, and each is
 * waited for until it ends by itself.
 *
 * @param papers a certificate and its key to show, as {@link Forgeries} writes them; null for none
 */
record Stranger(Tongue tongue, @Nullable Path papers) {

  /** Without a certificate. */
  static Stranger speaking(Tongue tongue) {
    return new Stranger(tongue, null);
  }

  /** The same person with a certificate. */
  Stranger showing(Path certificate) {
    return new Stranger(tongue, certificate);
  }

  /** What curl prints when it asks in plaintext. */
  String asks(int port) {
    return run(tongue.curl("http://127.0.0.1:" + port, List.of()), new byte[0]);
  }

  /**
   * What curl prints when it asks over TLS.
   *
   * @param options further ones of curl
   */
  String asksOverTls(int port, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    Path shown = papers;
    if (shown != null) {
      all.addAll(List.of("--cert", shown.toString(), "--key", key(shown)));
    }
    return run(tongue.curl("https://127.0.0.1:" + port, all), new byte[0]);
  }

  /**
   * What openssl prints when it shakes hands, and then asks: all it is told until the server closes
   * the connection.
   *
   * @param options further ones of {@code openssl s_client}
   */
  String shakesHands(int port, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-alpn",
                tongue.protocol(),
                "-ign_eof"));
    command.addAll(List.of(options));
    Path shown = papers;
    if (shown != null) {
      command.addAll(Forgeries.options(shown));
    }
    return run(command, tongue.opening());
  }

  private static String key(Path certificate) {
    return certificate.toString().replace(".pem", "-key.pem");
  }

  /** Runs a command to its end, and returns what it prints. */
  static String run(List<String> command, byte[] input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream to = process.getOutputStream()) {
        to.write(input);
        to.flush();
        // Its end would be the stranger's own; the server is to make one.
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("still connected: " + command);
        }
      } catch (IOException e) {
        // It has ended, and listens no more.
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
