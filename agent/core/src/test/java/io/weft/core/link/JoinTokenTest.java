package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {

  @Test
  void sends_id_and_secret_and_keeps_the_root() {
    TestAuthority authority = new TestAuthority();

    JoinToken token = JoinToken.parse(authority.token() + "\n");

    assertThat(token.credential()).isEqualTo("id.secret");
    assertThat(token.rootHash()).isEqualTo(authority.rootHash());
  }

  @Test
  void does_not_print_its_secret() {
    assertThat(JoinToken.parse(new TestAuthority().token())).hasToString("weft1.id.***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "secret", "weft1.id.secret", "weft2.id.secret.AAAA", "weft1..secret.AAAA"})
  void what_is_no_join_token_is_refused_by_its_form(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weft1.<id>.<secret>.<root>");
  }

  @Test
  void a_token_cut_off_is_refused_without_telling_its_secret() {
    String token = new TestAuthority().token();

    assertThatThrownBy(() -> JoinToken.parse(token.substring(0, token.length() - 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut off")
        .message()
        .doesNotContain("secret.");
  }
}
