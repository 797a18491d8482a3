package io.weft.it.contract;

import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates that the mesh's own authority never would have signed, under its own root. */
final class Forgeries {
  private final Path folder;

  private Forgeries(Path folder) {
    this.folder = folder;
  }

  /**
   * Made by whoever has copied the store and its key.
   *
   * @param store of a control that may be running
   */
  static Forgeries by(Path store, Path key) {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "forged");
      Path copy = Files.createDirectory(folder.resolve("store"));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(store)) {
        for (Path file : files) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
      try (JavaProcess forger =
          JavaProcess.of("forger")
              .main(
                  TestApps.compiled("Forger", "forger", List.of(Artifacts.cliJar())),
                  "io.weft.control.identity.Forger",
                  copy.toString(),
                  key.toString(),
                  folder.toString())
              .start()) {
        forger.awaitLine("forged");
      }
      return new Forgeries(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of them, by what is wrong with it; its key lies beside it. */
  Path certificate(String flaw) {
    Path file = folder.resolve(flaw + ".pem");
    if (flaw.equals("self-signed") && !Files.exists(file)) {
      Stranger.run(
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
              "subjectAltName=URI:spiffe://weft.local/ns/default/sa/stranger",
              "-addext",
              "basicConstraints=critical,CA:FALSE",
              "-addext",
              "keyUsage=critical,digitalSignature",
              "-keyout",
              folder.resolve(flaw + "-key.pem").toString(),
              "-out",
              file.toString()),
          new byte[0]);
    }
    return file;
  }

  /** The options of openssl that show one of them. */
  static List<String> options(Path certificate) {
    String name = certificate.toString().replace(".pem", "");
    List<String> options =
        new ArrayList<>(List.of("-cert", name + ".pem", "-key", name + "-key.pem"));
    Path issuer = Path.of(name + "-issuer.pem");
    if (Files.exists(issuer)) {
      options.addAll(List.of("-cert_chain", issuer.toString()));
    }
    return options;
  }
}
