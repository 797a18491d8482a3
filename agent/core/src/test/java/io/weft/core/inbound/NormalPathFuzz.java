package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Whatever stands in a request line, its path has one form or none. */
class NormalPathFuzz {
  // Those of RFC 3986, as java.net.URI reads them, but for parameters and what is empty.
  private static final Pattern BENIGN =
      Pattern.compile("(/([a-zA-Z0-9_~.!$&'()*+,=:@-]|%[2-7][1-9a-eA-E])+)+/?");

  @FuzzTest
  void a_path_has_one_form_or_none(FuzzedDataProvider data) {
    String target = data.consumeRemainingAsString();
    String normal = NormalPath.of(target);

    if (normal == null || normal.equals("*")) {
      return;
    }
    assertThat(normal).startsWith("/").doesNotContain("//", "/./", "/../", "\\", "\u0000");
    assertThat(normal).doesNotEndWith("/.").doesNotEndWith("/..");
    String encoded = encoded(normal);
    if (encoded.length() <= 16_000) {
      assertThat(NormalPath.of(encoded)).isEqualTo(normal);
    }
    if (target.startsWith("/")) {
      String path = target.split("\\?", 2)[0];
      assertThat(path).matches("[ -~]*").doesNotContain("#", "\\");
    }
    if (BENIGN.matcher(target).matches()) {
      assertThat(normal).isEqualTo(URI.create(target).getPath());
    }
  }

  private static String encoded(String path) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      encoded.append(each == '/' ? "/" : "%%%02x".formatted(each));
    }
    return encoded.toString();
  }
}
