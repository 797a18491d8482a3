package io.weft.control.identity;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.Stores;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Somebody who has a copy of the store and of its key, and signs what the authority never would:
 * each certificate is wrong in one thing, and the one called good in none. Written as {@code
 * <name>.pem} with its issuer's, which is in {@code <name>-issuer.pem}, too, and {@code
 * <name>-key.pem}.
 *
 * <p>Arguments: a copy of the embedded store, the file of its key, the folder to write to.
 */
public final class Forger {
  private static final String DOMAIN = "weft.local";

  private final Path folder;
  private final Signer genuine;
  private long serial = 1;

  private Forger(Path folder, Signer genuine) {
    this.folder = folder;
    this.genuine = genuine;
  }

  public static void main(String[] arguments) throws Exception {
    new Forger(Path.of(arguments[2]), stolen(arguments[0], Path.of(arguments[1]))).forgeAll();
    System.out.println("forged");
    System.exit(0);
  }

  private static Signer stolen(String store, Path key) throws Exception {
    try (ConfigStore open = Stores.open("embedded:" + store)) {
      CaState state =
          JsonMapper.builder()
              .build()
              .readValue(
                  open.list("").get().entries().stream()
                      .filter(entry -> entry.key().endsWith("/authority/state"))
                      .findFirst()
                      .orElseThrow()
                      .value()
                      .toByteArray(),
                  CaState.class);
      CaState.Sealed sealed = state.current();
      X509Certificate certificate = Pem.certificate(sealed.intermediate());
      byte[] opened =
          CaKey.open(key).open(sealed.key(), "intermediate " + certificate.getSerialNumber());
      return new Signer(
          KeyFactory.getInstance(sealed.algorithm().keyAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(opened)),
          certificate,
          Pem.certificate(sealed.root()),
          sealed.algorithm());
    }
  }

  private void forgeAll() throws Exception {
    Leaf good = new Leaf(List.of(id(DOMAIN, "stranger")), Duration.ofHours(-1), Duration.ofHours(1));
    forge("good", good, genuine);
    forge("false-server", good.named(id(DOMAIN, "false-server")), genuine);
    forge("outcast", good.named(id(DOMAIN, "outcast")), genuine);
    forge("expired", good.valid(Duration.ofHours(-2), Duration.ofHours(-1)), genuine);
    forge("not-yet-valid", good.valid(Duration.ofHours(1), Duration.ofHours(2)), genuine);
    forge("another-trust-domain", good.named(id("elsewhere.local", "stranger")), genuine);
    forge(
        "two-names", good.named(id(DOMAIN, "stranger"), id(DOMAIN, "somebody-else")), genuine);
    forge("no-name", good.named(), genuine);
    forge("an-authority", good.asAuthority(), genuine);
    forge(
        "another-root", good, Signer.create(CaAlgorithm.ECDSA, DOMAIN, Instant.now()));
  }

  private static String id(String domain, String principal) {
    return "spiffe://" + domain + "/ns/default/sa/" + principal;
  }

  private void forge(String name, Leaf leaf, Signer by) throws Exception {
    KeyPair pair = by.algorithm().newKey();
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            by.certificate().getSubjectX500Principal(),
            BigInteger.valueOf(now.toEpochMilli()).shiftLeft(16).add(BigInteger.valueOf(serial++)),
            Date.from(now.plus(leaf.from())),
            Date.from(now.plus(leaf.to())),
            new X500Principal("CN=" + name),
            pair.getPublic());
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(leaf.authority()))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    if (!leaf.names().isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          true,
          new GeneralNames(
              leaf.names().stream()
                  .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                  .toArray(GeneralName[]::new)));
    }
    X509Certificate made =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder(by.algorithm().signature()).build(by.key())));
    write(name + ".pem", Pem.of(List.of(made, by.certificate())));
    write(name + "-issuer.pem", Pem.of(List.of(by.certificate())));
    write(name + "-key.pem", Pem.of("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** A certificate to be. */
  private record Leaf(List<String> names, Duration from, Duration to, boolean authority) {
    Leaf(List<String> names, Duration from, Duration to) {
      this(names, from, to, false);
    }

    Leaf named(String... others) {
      return new Leaf(Stream.of(others).toList(), from, to, authority);
    }

    Leaf valid(Duration begin, Duration end) {
      return new Leaf(names, begin, end, authority);
    }

    Leaf asAuthority() {
      return new Leaf(names, from, to, true);
    }
  }
}
