package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** What stands in a token's file is a token or is refused in a line that does not give it away. */
class JoinTokenFuzz {
  private static final String SECRET = "bdf8c0a35e";
  private static final String ROOT = "LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564";

  @FuzzTest
  void a_text_is_a_token_or_is_refused(FuzzedDataProvider data) {
    String before = data.consumeBoolean() ? "weft1.ann." : data.consumeString(40);
    String after = data.consumeBoolean() ? "." + ROOT : data.consumeRemainingAsString();
    try {
      JoinToken token = JoinToken.parse(before + SECRET + after);

      assertThat(token.rootHash()).hasSize(32);
      assertThat(token.credential()).contains(SECRET).matches("(?s)[^.]+\\.[^.]+");
      assertThat(token.toString().replace(token.credential().split("\\.")[0], ""))
          .doesNotContain(SECRET);
    } catch (IllegalArgumentException e) {
      assertThat(e.toString() + e.getCause()).doesNotContain(SECRET).doesNotContain("\n");
    }
  }
}
