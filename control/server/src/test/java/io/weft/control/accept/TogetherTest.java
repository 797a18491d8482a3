package io.weft.control.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Problem;
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

  @ParameterizedTest
  @CsvSource({
    "enforce, enforce, tie",
    "shadow, shadow, tie",
    "enforce, shadow, both",
    "shadow, enforce, both"
  })
  void what_is_tried_in_shadow_mode_stands_beside_what_is_enforced(
      String one, String other, String expected) {
    assertThat(Together.conflict(timeout("one", one), List.of(timeout("other", other))).isPresent())
        .isEqualTo(expected.equals("tie"));
  }

  private static Document timeout(String name, String mode) {
    return document("Timeout", name, mode, "request: 1s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ExternalService | a | b.c | f:1: spec.hosts: b.c is a host of ExternalService/default/other already
          Service         | a | b.c | f:1: spec.hosts: b.c is a host of ExternalService/default/other already
          Service         | other | d.e | f:1: metadata.name: Service/default/other would be called as ExternalService/default/other is already
          ExternalService | a | d.e | ''
          """)
  void a_name_or_host_outside_is_taken_once_by_whatever_kind(
      String kind, String name, String host, String expected) {
    assertThat(
            Together.conflict(
                    named(kind, name, host), List.of(named("ExternalService", "other", "b.c")))
                .map(problem -> Problem.lines(List.of(problem)).strip())
                .orElse(""))
        .isEqualTo(expected);
  }

  private static Document named(String kind, String name, String host) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: %s
        metadata: {name: %s}
        spec: {hosts: [%s], ports: [{number: 80}]}
        """
            .formatted(kind, name, host);
    return new DocumentReader().read("f", text.getBytes(StandardCharsets.UTF_8)).documents().get(0);
  }

  private static Document fault(String name, String conf) {
    return document("Fault", name, "enforce", conf);
  }

  private static Document document(String kind, String name, String mode, String conf) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: %s
        metadata: {name: %s}
        spec:
          to: {service: a}
          mode: %s
          conf: {%s}
        """
            .formatted(kind, name, mode, conf);
    return new DocumentReader().read("f", text.getBytes(StandardCharsets.UTF_8)).documents().get(0);
  }
}
