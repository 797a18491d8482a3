package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.core.settings.Settings;
import io.weft.core.settings.SettingsReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Map;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent joins by, from files that others keep, and what it says of them. */
class CredentialSourceTest {
  @TempDir Path dir;
  private final TestAuthority authority = new TestAuthority();

  @Test
  void a_service_account_token_is_read_anew_each_time() throws Exception {
    Path token = Files.writeString(dir.resolve("token"), "one\n");
    CredentialSource source =
        source("join=kubernetes,kubernetes.token.file=" + token + ",control.ca.file=" + root());

    assertThat(source.read().message().getKubernetesServiceAccountToken()).isEqualTo("one");
    Files.writeString(token, "two");
    assertThat(source.read().message().getKubernetesServiceAccountToken()).isEqualTo("two");
    assertThat(source.read().roots().has(authority.root())).isTrue();
    assertThat(source.read().roots().has(new TestAuthority().root())).isFalse();
  }

  @Test
  void the_mesh_of_a_root_is_the_same_by_a_file_and_by_a_token() throws Exception {
    Path token = Files.writeString(dir.resolve("token"), "one\n");

    assertThat(
            source("join=kubernetes,kubernetes.token.file=" + token + ",control.ca.file=" + root())
                .read()
                .roots()
                .mesh())
        .isEqualTo(source("token=" + authority.token()).read().roots().mesh());
  }

  @Test
  void a_certificate_and_its_key_are_read_in_either_form() throws Exception {
    TestAuthority.Issued issued = authority.clientOnly();
    Path certificate = pem("certificate", issued.chain().toArray());
    for (Path key :
        new Path[] {pem("sec1", sec1(issued.key().getPrivate())), key("pkcs8", issued)}) {
      JoinCredential read = x509(certificate, key).read();

      assertThat(read.message().getX509()).isTrue();
      assertThat(read.certificate().orElseThrow().chain()).isEqualTo(issued.chain());
      assertThat(read.certificate().orElseThrow().key().getAlgorithm()).isEqualTo("EC");
      assertThat(read.toString()).doesNotContain("PRIVATE");
    }
  }

  @Test
  void what_cannot_be_used_is_named_with_its_file_and_the_mend() throws Exception {
    TestAuthority.Issued one = authority.clientOnly();
    Path certificate = pem("certificate", one.chain().get(0));
    Path key = key("key", one);
    Path other = key("other", authority.clientOnly());
    Path text = Files.writeString(dir.resolve("text"), "text");
    Path empty = Files.writeString(dir.resolve("empty"), "");
    Path missing = dir.resolve("missing");

    refused(x509(certificate, other), other, "is not that of the certificate in");
    refused(x509(missing, key), missing, "there is no file");
    refused(x509(certificate, missing), missing, "weft.x509.key.file");
    refused(x509(text, key), text, "certificate");
    refused(x509(empty, key), empty, "holds no certificate");
    refused(x509(certificate, text), text, "no private key");
    refused(x509(certificate, certificate), certificate, "no private key");
    refused(
        source("join=kubernetes,kubernetes.token.file=" + missing + ",control.ca.file=" + root()),
        missing,
        "weft.kubernetes.token.file");
    refused(
        source("join=kubernetes,kubernetes.token.file=" + empty + ",control.ca.file=" + root()),
        empty,
        "is empty");
    refused(
        source("join=kubernetes,kubernetes.token.file=" + text + ",control.ca.file=" + text),
        text,
        "control's root");
  }

  private static void refused(CredentialSource source, Path named, String part) {
    assertThatThrownBy(source::read)
        .isInstanceOf(NoCredentialException.class)
        .hasMessageContaining(named.toString())
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n");
  }

  private CredentialSource x509(Path certificate, Path key) throws IOException {
    return source(
        "join=x509,x509.certificate.file="
            + certificate
            + ",x509.key.file="
            + key
            + ",control.ca.file="
            + root());
  }

  private static CredentialSource source(String argument) {
    Settings settings =
        SettingsReader.read("service=orders," + argument, Map.of("user.home", "/nowhere"), Map.of())
            .settings();
    return CredentialSource.of(settings);
  }

  private static PemObject sec1(PrivateKey key) throws IOException {
    return new PemObject(
        "EC PRIVATE KEY",
        new ECPrivateKey(
                256,
                ((java.security.interfaces.ECPrivateKey) key).getS(),
                SECObjectIdentifiers.secp256r1)
            .getEncoded());
  }

  private Path key(String name, TestAuthority.Issued issued) throws IOException {
    return pem(name, new JcaPKCS8Generator(issued.key().getPrivate(), null));
  }

  private Path root() throws IOException {
    return pem("root", authority.root());
  }

  private Path pem(String name, Object... all) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      for (Object each : all) {
        pem.writeObject(each);
      }
    }
    return Files.writeString(dir.resolve(name), text.toString());
  }
}
