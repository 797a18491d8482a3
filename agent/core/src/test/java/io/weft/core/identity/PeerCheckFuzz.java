package io.weft.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.weft.api.v1.Trust;
import io.weft.core.identity.TestPki.Leaf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** A certificate that was tampered with is not believed, and harms nobody. */
class PeerCheckFuzz {
  private static final String ORDERS = "spiffe://weft.local/ns/default/sa/orders";
  private static final TestPki MESH = new TestPki();
  private static final PeerCheck CHECK =
      new PeerCheck(TrustBundle.of(MESH.trust("weft.local"), ""));
  private static final X509Certificate GENUINE = TestPki.svid(Leaf.of(ORDERS), MESH).leaf();
  private static final X509Certificate FORGED = TestPki.selfSigned(Leaf.of(ORDERS)).leaf();

  @FuzzTest
  void what_is_believed_is_what_was_certified(FuzzedDataProvider data) throws Exception {
    List<X509Certificate> chain = new ArrayList<>();
    for (int certificates = data.consumeInt(1, 3); certificates > 0; certificates--) {
      X509Certificate base = data.consumeBoolean() ? GENUINE : FORGED;
      byte[] der = mutated(base.getEncoded(), data);
      aRootOfThat(der);
      try {
        chain.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException e) {
        // TLS does not even ask.
        return;
      }
    }
    SpiffeId id;
    try {
      id = CHECK.client(chain.toArray(X509Certificate[]::new), Instant.now());
    } catch (CertificateException e) {
      return;
    }
    assertThat(id).hasToString(ORDERS);
    // A signature can be written in more than one way; what it signs cannot.
    assertThat(chain.get(0).getTBSCertificate()).isEqualTo(GENUINE.getTBSCertificate());
  }

  private static void aRootOfThat(byte[] der) {
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END CERTIFICATE-----\n";
    try {
      TrustBundle.of(
          Trust.newBuilder().setTrustDomain("weft.local").putRoots("weft.local", pem).build(), "");
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("weft.local");
    }
  }

  private static byte[] mutated(byte[] genuine, FuzzedDataProvider data) {
    byte[] der = genuine;
    for (int edits = data.consumeInt(0, 3); edits > 0; edits--) {
      int at = data.consumeInt(0, der.length);
      byte[] in = data.consumeBytes(4);
      int over = data.consumeBoolean() ? in.length : data.consumeInt(0, 4);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(Arrays.copyOf(der, at));
      all.writeBytes(in);
      all.writeBytes(Arrays.copyOfRange(der, Math.min(der.length, at + over), der.length));
      der = all.toByteArray();
    }
    return der;
  }
}
