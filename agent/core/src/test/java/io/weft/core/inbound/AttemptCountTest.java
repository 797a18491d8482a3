package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptCountTest {

  @ParameterizedTest
  @CsvSource({
    "'','',1",
    "2,'',2",
    "'',3,3",
    "2,3,3",
    "0,'',1",
    "-5,'',1",
    "2x,'',1",
    "99999999999999999999,'',1000",
  })
  void the_highest_number_that_a_header_says_counts(String own, String envoys, int expected) {
    InboundCall call =
        InboundCall.start(
            new TestRequest(
                Map.of("weft-attempt", List.of(own), "x-envoy-attempt-count", List.of(envoys))));

    assertThat(call.scope().attempt()).isEqualTo(expected);
    assertThat(call.hides(HeaderName.of("Weft-Attempt"))).isTrue();
    call.end(200);
  }
}
