package io.weft.it.contract;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key of OpenSSL's making, with a certificate of the mesh's: for somebody without an agent. */
final class CertifiedKey {
  private static final char[] NO_PASSWORD = new char[0];

  private CertifiedKey() {}

  /**
   * TLS as a principal of namespace default, which believes the mesh's services and nobody else.
   */
  static SSLContext of(String principal, ContractMesh mesh) {
    try {
      Path folder =
          Files.createTempDirectory(Path.of("target").toAbsolutePath(), "key-of-" + principal);
      Path request = request(folder);
      Collection<? extends Certificate> chain =
          certificates(
              mesh.weft("ca", "sign", "--csr", request.toString(), "--principal", principal));
      KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
      own.load(null);
      own.setKeyEntry(
          "own",
          KeyFactory.getInstance("EC").generatePrivate(key(folder)),
          NO_PASSWORD,
          chain.toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(null);
      for (Certificate root : certificates(mesh.weft("ca", "bundle"))) {
        roots.setCertificateEntry("root" + roots.size(), root);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Path request(Path folder) throws IOException {
    Process openssl =
        new ProcessBuilder(
                ("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
                        + " -keyout key.pem -out request.pem")
                    .split(" "))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.log").toFile())
            .start();
    try {
      if (openssl.waitFor() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("openssl.log")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return folder.resolve("request.pem");
  }

  private static PKCS8EncodedKeySpec key(Path folder) throws IOException {
    String pem = Files.readString(folder.resolve("key.pem"));
    return new PKCS8EncodedKeySpec(
        Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "")));
  }

  private static Collection<? extends Certificate> certificates(String pem)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }
}
