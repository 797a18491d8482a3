package io.weft.it.contract;

import io.weft.it.process.Jdk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A key with a certificate of its own making for a host, as somebody outside the mesh has.
 *
 * @param store in PKCS#12, under the password {@code changeit}
 */
record HostCertificate(Path store) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  static HostCertificate of(String host) {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), host);
      Path store = folder.resolve("keys.p12");
      Process keytool =
          new ProcessBuilder(
                  Jdk.current().home().resolve("bin/keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "host",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + host,
                  "-ext",
                  "san=dns:" + host,
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  "changeit",
                  "-keystore",
                  store.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("keytool.txt").toFile())
              .start();
      if (keytool.waitFor() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("keytool.txt")));
      }
      return new HostCertificate(store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * The certificate in PEM, on one line with {@code \n} between its parts: for a YAML in quotes.
   */
  String pem() {
    try {
      return "-----BEGIN CERTIFICATE-----\\n"
          + Base64.getEncoder().encodeToString(open().getCertificate("host").getEncoded())
          + "\\n-----END CERTIFICATE-----\\n";
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** What a server proves with it to be that host. */
  SSLContext context() {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(open(), PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private KeyStore open() {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD);
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
