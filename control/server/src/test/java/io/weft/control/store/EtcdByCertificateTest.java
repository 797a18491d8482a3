package io.weft.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd that speaks TLS with those who have a certificate, whose name is their user's. */
class EtcdByCertificateTest extends ConfigStoreContract {
  private static final EtcdPki PKI = new EtcdPki();
  private static EtcdContainer etcd;
  private static Path roots;
  @TempDir static Path folder;

  @BeforeAll
  static void startEtcd() throws IOException {
    roots = Files.write(folder.resolve("ca.pem"), PKI.rootPem());
    etcd = EtcdContainer.guarded(PKI, true);
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
  }

  @Override
  ConfigStore open() throws IOException {
    etcd.clear();
    EtcdPki.Holder weft = PKI.client("weft");
    return open(file(weft.certificatePem()), file(weft.keyPem()));
  }

  @Override
  void compact(ConfigStore opened, long revision) {
    etcd.compact(revision);
  }

  @Test
  void keys_are_read_as_cfssl_and_old_openssl_write_them() throws Exception {
    EtcdPki.Holder rsa =
        PKI.issue("weft", "RSA", Duration.ofDays(-1), Duration.ofDays(1), List.of());
    EtcdPki.Holder ec = PKI.client("weft");
    for (EtcdPki.Holder each : List.of(rsa, ec)) {
      try (ConfigStore store = open(file(each.certificatePem()), file(each.keyPemOfOld()))) {
        assertThat(get(store.position()).revision()).isPositive();
      }
    }
  }

  @Test
  void who_has_no_certificate_is_told_to_have_one() {
    assertThatThrownBy(
            () ->
                Stores.open("etcd:" + etcd.endpoint(), new EtcdAccess(roots, null, null, "", null)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("wants a certificate of control's own (--etcd-cert and --etcd-key)");
  }

  @Test
  void a_certificate_that_etcd_does_not_trust_is_named() throws IOException {
    EtcdPki.Holder stranger = new EtcdPki().client("weft");
    Path certificate = file(stranger.certificatePem());

    assertThatThrownBy(() -> open(certificate, file(stranger.keyPem())))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("does not take the certificate in " + certificate);
  }

  @Test
  void a_certificate_of_somebody_unknown_is_named() throws IOException {
    EtcdPki.Holder somebody = PKI.client("somebody");
    Path certificate = file(somebody.certificatePem());

    assertThatThrownBy(() -> open(certificate, file(somebody.keyPem())))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("denies the user whom the certificate in " + certificate + " names");
  }

  @Test
  void a_certificate_that_has_ended_or_not_begun_is_refused_before_etcd_is_asked()
      throws IOException {
    EtcdPki.Holder ended =
        PKI.issue("weft", "EC", Duration.ofDays(-2), Duration.ofDays(-1), List.of());
    Path endedFile = file(ended.certificatePem());
    assertThatThrownBy(() -> open(endedFile, file(ended.keyPem())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--etcd-cert %s ended at %s: put a new certificate there",
            endedFile, ended.certificate().getNotAfter().toInstant());

    EtcdPki.Holder early =
        PKI.issue("weft", "EC", Duration.ofDays(1), Duration.ofDays(2), List.of());
    Path earlyFile = file(early.certificatePem());
    assertThatThrownBy(() -> open(earlyFile, file(early.keyPem())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--etcd-cert %s begins only at", earlyFile)
        .hasMessageEndingWith("is the clock right?");
  }

  @Test
  void files_that_are_missing_or_something_else_are_named() throws IOException {
    EtcdPki.Holder weft = PKI.client("weft");
    Path certificate = file(weft.certificatePem());
    Path key = file(weft.keyPem());
    Path missing = folder.resolve("missing");
    Path others = file(PKI.client("weft").keyPem());
    Path locked = file(weft.keyPemWithPassphrase());

    assertThatThrownBy(() -> open(missing, key))
        .hasMessage("--etcd-cert " + missing + " is not there");
    assertThatThrownBy(() -> open(certificate, missing))
        .hasMessage("--etcd-key " + missing + " is not there");
    assertThatThrownBy(() -> open(key, key))
        .hasMessage("--etcd-cert " + key + " must hold certificates, PEM (BEGIN CERTIFICATE)");
    assertThatThrownBy(() -> open(certificate, certificate))
        .hasMessage(
            "--etcd-key " + certificate + " must hold a private key, PEM (BEGIN PRIVATE KEY)");
    assertThatThrownBy(() -> open(certificate, others))
        .hasMessage(
            "--etcd-key " + others + " is not the key of the certificate in " + certificate);
    assertThatThrownBy(() -> open(certificate, locked))
        .hasMessageStartingWith("--etcd-key " + locked + " is encrypted");
  }

  private static ConfigStore open(Path certificate, Path key) {
    return Stores.open(
        "etcd:" + etcd.endpoint(), new EtcdAccess(roots, certificate, key, "", null));
  }

  private static Path file(byte[] content) throws IOException {
    return Files.write(Files.createTempFile(folder, "file", ".pem"), content);
  }
}
