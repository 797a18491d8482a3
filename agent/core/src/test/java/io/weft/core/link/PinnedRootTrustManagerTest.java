package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PinnedRootTrustManagerTest {

  private final TestAuthority authority = new TestAuthority();
  private final PinnedRootTrustManager trust =
      new PinnedRootTrustManager(ControlRoots.of(JoinToken.parse(authority.token())));

  @Test
  void a_server_certificate_of_the_pinned_root_is_trusted() {
    assertThatCode(check(authority.server().chain())).doesNotThrowAnyException();
  }

  @Test
  void a_certificate_of_another_root_is_not() {
    assertThatThrownBy(check(new TestAuthority().server().chain()))
        .isInstanceOf(CertificateException.class)
        .hasMessage("its certificate does not end in the root that the join token names");
  }

  @Test
  void showing_the_pinned_root_beside_a_certificate_of_another_one_does_not_help() {
    X509Certificate stranger = new TestAuthority().server().chain().get(0);

    assertThatThrownBy(check(List.of(stranger, authority.root())))
        .isInstanceOf(CertificateException.class)
        .hasMessageStartingWith("its certificate does not verify");
  }

  @Test
  void a_certificate_that_names_the_root_but_was_signed_by_another_key_is_refused() {
    assertThatThrownBy(check(authority.forged().chain()))
        .isInstanceOf(CertificateException.class)
        .hasMessageStartingWith("its certificate does not verify");
  }

  @Test
  void an_expired_certificate_is_refused() {
    assertThatThrownBy(check(authority.expired().chain()))
        .isInstanceOf(CertificateException.class)
        .hasMessageStartingWith("its certificate does not verify: it is valid until ")
        .hasMessageContaining("by this machine's clock it is ");
  }

  @Test
  void one_that_is_not_valid_yet_is_refused_with_a_word_on_the_clock() {
    assertThatThrownBy(check(authority.early().chain()))
        .isInstanceOf(CertificateException.class)
        .hasMessageMatching(
            "its certificate does not verify: it is valid from \\S+Z on, and by this machine's"
                + " clock it is \\S+Z: set the clock by NTP, or control's");
  }

  @Test
  void a_client_s_certificate_does_not_make_a_server() {
    assertThatThrownBy(check(authority.clientOnly().chain()))
        .isInstanceOf(CertificateException.class)
        .hasMessage("its certificate is not meant for a server");
  }

  @Test
  void the_root_itself_is_no_server_certificate() {
    assertThatThrownBy(check(List.of(authority.root())))
        .isInstanceOf(CertificateException.class)
        .hasMessage("it presents the root itself as its certificate");
  }

  private ThrowingCallable check(List<X509Certificate> chain) {
    return () -> trust.checkServerTrusted(chain.toArray(X509Certificate[]::new), "ECDHE_ECDSA");
  }
}
