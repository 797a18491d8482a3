package io.weft.it.bench.race;

import io.weft.it.bench.BenchAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * A folder with a key of its own, in the forms that JSSE, gRPC and Envoy read: key.p12, roots.p12,
 * key.pem, chain.pem, roots.pem.
 */
record Keys(Path folder, String id) {
  static final String PASSWORD = "changeit";

  static Keys write(Path folder, BenchAuthority authority, String id) throws IOException {
    try {
      Files.createDirectories(folder);
      BenchAuthority.Certified own = authority.certify(id, "127.0.0.1");
      KeyStore keys = store();
      keys.setKeyEntry(
          "own", own.key(), PASSWORD.toCharArray(), new Certificate[] {own.certificate()});
      save(keys, folder.resolve("key.p12"));
      KeyStore roots = store();
      roots.setCertificateEntry("root", authority.root());
      save(roots, folder.resolve("roots.p12"));
      pem(folder.resolve("key.pem"), "PRIVATE KEY", own.key().getEncoded());
      pem(folder.resolve("chain.pem"), "CERTIFICATE", own.certificate().getEncoded());
      pem(folder.resolve("roots.pem"), "CERTIFICATE", authority.root().getEncoded());
      return new Keys(folder, id);
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a key", e);
    }
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null);
    return store;
  }

  private static void save(KeyStore store, Path file) throws GeneralSecurityException, IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
  }

  private static void pem(Path file, String type, byte[] der) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN "
            + type
            + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der)
            + "\n-----END "
            + type
            + "-----\n");
  }
}
