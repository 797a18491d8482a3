package io.weft.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.interfaces.ECPublicKey;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

class CertificateSigningRequestTest {
  @Test
  void a_request_names_nobody_and_is_signed_by_the_key_it_holds() throws Exception {
    JcaPKCS10CertificationRequest request =
        new JcaPKCS10CertificationRequest(CertificateSigningRequest.create().der());

    assertThat(request.getSubject().getRDNs()).isEmpty();
    assertThat(request.getPublicKey()).isInstanceOf(ECPublicKey.class);
    assertThat(
            request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(request.getPublicKey())))
        .isTrue();
  }

  @Test
  void each_request_is_for_a_new_key() {
    assertThat(CertificateSigningRequest.create().der())
        .isNotEqualTo(CertificateSigningRequest.create().der());
  }
}
