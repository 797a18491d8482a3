package io.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.control.document.Field;
import io.weft.control.document.Kind;
import io.weft.control.document.Type.Many;
import io.weft.control.document.Type.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReferenceTest {

  @ParameterizedTest
  @EnumSource
  void everyFieldThatMayBeWrittenStandsInTheReference(Kind kind) throws IOException {
    String all = Files.readString(Path.of("../../docs/policies.md"));
    String common = section(all, "Every document");
    String own = section(all, kind.word());

    if (kind.isPolicy()) {
      for (Field field : kind.spec().fields()) {
        if (field.name().equals("conf")) {
          named(own, (Shape) field.type());
        } else {
          assertThat(common).contains("`" + field.name());
          if (field.type() instanceof Shape shape) {
            shape
                .fields()
                .forEach(
                    each ->
                        assertThat(common).contains("`" + field.name() + "." + each.name() + "`"));
          }
        }
      }
    } else {
      named(own, kind.spec());
    }
  }

  // Each field by its own name, alone or at the end of a path.
  private static void named(String text, Shape shape) {
    for (Field field : shape.fields()) {
      assertThat(text).containsPattern("`([\\w.\\[\\]]+\\.)?" + field.name() + "\\b");
      if (field.type() instanceof Shape inner) {
        named(text, inner);
      } else if (field.type() instanceof Many many && many.element() instanceof Shape inner) {
        named(text, inner);
      }
    }
  }

  private static String section(String text, String heading) {
    String begin = "\n## " + heading + "\n";
    assertThat(text).contains(begin);
    String rest = text.substring(text.indexOf(begin) + begin.length());
    int end = rest.indexOf("\n## ");
    return end < 0 ? rest : rest.substring(0, end);
  }
}
