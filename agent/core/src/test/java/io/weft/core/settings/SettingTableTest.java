package io.weft.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingTableTest {

  @Test
  void the_documentation_holds_exactly_the_settings_there_are() throws IOException {
    List<String> documented =
        Files.readAllLines(Path.of("..", "..", "docs", "settings.md")).stream()
            .filter(line -> line.startsWith("| `weft."))
            .toList();

    assertThat(documented)
        .containsExactlyElementsOf(Arrays.stream(Setting.values()).map(this::row).toList());
  }

  private String row(Setting setting) {
    return "| `%s` | `%s` | %s | %s |"
        .formatted(setting.property(), setting.variable(), defaultCell(setting), setting.meaning());
  }

  private String defaultCell(Setting setting) {
    String text = setting.defaultText();
    return text.isEmpty() || text.startsWith("`") ? text : "`" + text + "`";
  }
}
