package io.weft.instrumentation.urlconnection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;

class AimedSocketFactoryTest {
  private final SSLSocketFactory application = (SSLSocketFactory) SSLSocketFactory.getDefault();

  @Test
  void there_is_one_for_each_endpoint_however_many_are_called() {
    List<AimedSocketFactory> first = new ArrayList<>();
    for (int port = 1; port <= 2_000; port++) {
      first.add(to("10.0.0." + port % 7, port));
    }

    assertThat(first).doesNotHaveDuplicates();
    for (int port = 1; port <= 2_000; port++) {
      assertThat(to("10.0.0." + port % 7, port)).isSameAs(first.get(port - 1));
    }
  }

  private AimedSocketFactory to(String address, int port) {
    return AimedSocketFactory.to(application, null, address, port);
  }
}
