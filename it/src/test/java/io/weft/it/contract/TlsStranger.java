package io.weft.it.contract;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody with openssl who is not of the mesh. */
final class TlsStranger {
  // RFC 9113, 3.4: what a client says first, with empty settings.
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

  private TlsStranger() {}

  /**
   * Shakes hands, says what a client of HTTP/2 does, and returns all it is told until the server
   * closes the connection; fails if it does not.
   *
   * @param options further ones of {@code openssl s_client}
   */
  static String connects(int port, List<String> options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-alpn", "h2", "-ign_eof"));
    command.addAll(options);
    return run(command, PREFACE);
  }

  /** The options to show a certificate that nobody else has signed. */
  static List<String> selfSigned(String spiffeId) throws IOException {
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "stranger");
    String key = folder.resolve("key.pem").toString();
    String certificate = folder.resolve("certificate.pem").toString();
    run(
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=stranger",
            "-addext",
            "subjectAltName=URI:" + spiffeId,
            "-keyout",
            key,
            "-out",
            certificate),
        new byte[0]);
    return List.of("-cert", certificate, "-key", key);
  }

  private static String run(List<String> command, byte[] input) {
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
