package io.weft.core.scope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void what_tracing_systems_add_goes_on_as_it_came() {
    assertThat(TraceContext.parse(PARENT, "a=1,\tb@c=x y").traceState()).isEqualTo("a=1,\tb@c=x y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=1\r\nx-admin: yes", "a=1\n", "a=\u0000", "a=\u007f", "a=\u00e4"})
  void what_no_header_may_hold_is_left_and_the_trace_goes_on(String state) {
    TraceContext trace = TraceContext.parse(PARENT, state);

    assertThat(trace.traceState()).isEmpty();
    assertThat(trace.header()).isEqualTo(PARENT);
  }
}
