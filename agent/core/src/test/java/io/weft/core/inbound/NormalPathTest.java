package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One form of a path, whatever tricks it came with. */
class NormalPathTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /                        | /
          /a/b                     | /a/b
          /a/b?c=/../d             | /a/b
          //a///b                  | /a/b
          /a//                     | /a/
          /%61dmin                 | /admin
          /%41                     | /A
          /a;x=1/b;y               | /a/b
          /;x/admin                | /admin
          /caf%C3%A9               | /café
          /a%20b                   | /a b
          http://h/a/b?q           | /a/b
          http://h                 | /
          HTTP://h/../a            |
          /A/b                     | /A/b
          *                        | *
          /a.b/.c/..d              | /a.b/.c/..d
          """)
  void a_path_has_one_form(String target, String normal) {
    assertThat(NormalPath.of(target)).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%2Fb",
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/a%00",
        "/a%0d%0ab",
        "/..",
        "/a/../..",
        "/%2e%2e",
        "/a/../b",
        "/a/b/..",
        "/a/./b",
        "/a/.",
        "/a/%2e%2e/b",
        "/a/.%2E/b",
        "/a/..;x/b",
        "/a#b",
        "/a#/../b",
        "/caf\u00e9",
        "/\u00c0\u00ae\u00c0\u00ae/b",
        "/%c0%ae%c0%ae/b",
        "/%",
        "/%4",
        "/%zz",
        "/%252e%252e/admin",
        "/%C3%28",
        "",
        "a/b",
        "h:443",
        "/a\u0000b",
        "/%\uff16\uff11"
      })
  void what_servers_could_read_in_two_ways_is_none(String target) {
    assertThat(NormalPath.of(target)).isNull();
  }

  @Property(tries = 2_000)
  void what_is_normal_stays_so_and_never_leads_up_or_doubles(
      @ForAll
          @StringLength(max = 30)
          @Chars({'/', '.', '%', '2', 'e', 'f', 'F', ';', '\\', '?', '#', 'a'})
          @CharRange(from = 'a', to = 'c')
          String anything) {
    String normal = NormalPath.of("/" + anything);

    if (normal != null) {
      assertThat(normal).startsWith("/").doesNotContain("//", "/./", "/../", "\\", ";", "%");
      assertThat(normal).isNotEqualTo("/..").doesNotEndWith("/..");
      assertThat(NormalPath.of(normal.replace("?", "%3F").replace("#", "%23"))).isEqualTo(normal);
    }
  }
}
