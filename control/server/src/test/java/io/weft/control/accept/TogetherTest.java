package io.weft.control.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TogetherTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          delay: {fixed: 1s}               | delay: {fixed: 2s}               | tie
          delay: {fixed: 1s}, side: caller | delay: {fixed: 1s}               | tie
          delay: {fixed: 1s}, side: callee | delay: {fixed: 1s}, side: callee | tie
          delay: {fixed: 1s}, side: caller | delay: {fixed: 1s}, side: callee | both
          """)
  void documents_that_different_sides_enforce_do_not_meet(
      String one, String other, String expected) {
    assertThat(Together.conflict(fault("one", one), List.of(fault("other", other))).isPresent())
        .isEqualTo(expected.equals("tie"));
  }

  private static Document fault(String name, String conf) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: Fault
        metadata: {name: %s}
        spec:
          to: {service: a}
          conf: {%s}
        """
            .formatted(name, conf);
    return new DocumentReader().read("f", text.getBytes(StandardCharsets.UTF_8)).documents().get(0);
  }
}
