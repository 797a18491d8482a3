package io.weft.it.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is spoken with a service under test, as far as somebody with curl and openssl needs it. */
enum Tongue {
  /** With an application that answers as {@link io.weft.it.contract.app.Desk} says. */
  HTTP("http/1.1", "GET /version HTTP/1.1\r\nHost: h\r\n\r\n") {
    @Override
    List<String> request(String base, boolean tls) {
      return List.of("--http1.1", base + "/version");
    }
  },

  /** With a GrpcApp of that version. */
  GRPC("h2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0") {
    @Override
    List<String> request(String base, boolean tls) {
      return List.of(
          tls ? "--http2" : "--http2-prior-knowledge",
          "-H",
          "content-type: application/grpc",
          "-H",
          "te: trailers",
          "--data-binary",
          "@" + message(),
          base + "/test.Texts/Unary");
    }
  };

  /** What the application answers, as it was told by its version, and nobody else. */
  static final String ANSWER = "the-answer";

  private final String protocol;
  private final String opening;

  Tongue(String protocol, String opening) {
    this.protocol = protocol;
    this.opening = opening;
  }

  abstract List<String> request(String base, boolean tls);

  /** Its name in ALPN. */
  String protocol() {
    return protocol;
  }

  /** What a client says first (RFC 9112, 3; RFC 9113, 3.4). */
  byte[] opening() {
    return opening.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The command that asks the application.
   *
   * @param base of its URL
   */
  List<String> curl(String base, List<String> options) {
    List<String> command =
        new ArrayList<>(List.of("curl", "--silent", "--insecure", "--max-time", "30", "--output"));
    command.add("-");
    command.addAll(options);
    command.addAll(request(base, base.startsWith("https:")));
    return command;
  }

  // A message of gRPC: not compressed, five bytes.
  private static String message() {
    try {
      Path file = Path.of("target").toAbsolutePath().resolve("hello.grpc");
      Files.write(file, "\0\0\0\0\5hello".getBytes(StandardCharsets.US_ASCII));
      return file.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
