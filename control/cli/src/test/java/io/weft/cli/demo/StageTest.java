package io.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StageTest {
  private final Stage stage = new Stage();

  @Test
  void itsEndEndsProgramsUndoesTheRestLastFirstAndDeletesTheFolder() throws Exception {
    List<String> undone = new ArrayList<>();
    stage.setUp(() -> {}, () -> undone.add("first"));
    stage.setUp(() -> {}, () -> undone.add("second"));
    Program sleeper = stage.start("sleeper", Map.of(), List.of("sleep", "600"));
    Files.createDirectories(stage.folder().resolve("a/b"));

    stage.end();

    assertThat(sleeper.isAlive()).isFalse();
    assertThat(undone).containsExactly("second", "first");
    assertThat(stage.folder()).doesNotExist();
  }

  @Test
  void nothingStartsAfterItsEnd() {
    stage.end();

    assertThatThrownBy(() -> stage.start("late", Map.of(), List.of("sleep", "600")))
        .isInstanceOf(DemoException.class);
  }

  @Test
  void aProgramThatEndsTooEarlyIsReportedWithItsLastWords() {
    Program program =
        stage.start("hasty", Map.of(), List.of("sh", "-c", "echo no money left; exit 3"));
    try {
      assertThatThrownBy(() -> program.awaitLine(Duration.ofSeconds(20), "ready"))
          .hasMessageContaining("hasty ended with 3")
          .hasMessageContaining("no money left");
    } finally {
      stage.end();
    }
  }
}
