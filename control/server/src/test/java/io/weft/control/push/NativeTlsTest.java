package io.weft.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.TlsEngineType;
import org.junit.jupiter.api.Test;

/** What lets thousands of agents come at once. */
class NativeTlsTest {
  @Test
  void control_speaks_tls_by_native_code_on_the_usual_machines() {
    assertThat(Flags.tlsEngineType()).isEqualTo(TlsEngineType.OPENSSL);
  }
}
