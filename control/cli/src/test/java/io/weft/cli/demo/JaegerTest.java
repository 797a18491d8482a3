package io.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class JaegerTest {
  private static final String ROOT = "{\"spanID\": \"a\", \"processID\": \"p1\"}";
  private static final String CHILD =
      "{\"spanID\": \"b\", \"processID\": \"p2\", \"references\": [{\"spanID\": \"a\"}]}";
  private static final String GRANDCHILD =
      "{\"spanID\": \"c\", \"processID\": \"p2\", \"references\": [{\"spanID\": \"b\"}]}";

  @Test
  void aTraceIsWholeIfAllSpansLeadToOneRoot() throws Exception {
    Jaeger.Trace trace = trace(GRANDCHILD, ROOT, CHILD);

    assertThat(trace.complete()).isTrue();
    assertThat(trace.spans()).isEqualTo(3);
    assertThat(trace.services()).containsExactly("orders", "storefront");
  }

  @Test
  void aTraceIsNotWholeWhileTheParentOfASpanIsMissing() throws Exception {
    assertThat(trace(ROOT, GRANDCHILD).complete()).isFalse();
  }

  private static Jaeger.Trace trace(String... spans) throws JsonProcessingException {
    return Jaeger.trace(
        new ObjectMapper()
            .readTree(
                """
                {"traceID": "1", "spans": [%s],
                 "processes": {"p1": {"serviceName": "storefront"}, "p2": {"serviceName": "orders"}}}
                """
                    .formatted(String.join(",", spans))));
  }
}
