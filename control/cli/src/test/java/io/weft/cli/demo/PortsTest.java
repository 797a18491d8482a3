package io.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  private final Ports ports = new Ports();

  @Test
  void aTakenPortIsReplacedByAFreeOneAndThatIsSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int other = ports.take("the shop", taken.getLocalPort());

      assertThat(other).isNotEqualTo(taken.getLocalPort());
      assertThat(ports.moved())
          .containsExactly("the shop on " + other + " (" + taken.getLocalPort() + " is taken)");
    }
  }

  @Test
  void aFreePortIsGivenOnce() {
    int free = new Ports().any();

    assertThat(ports.take("one", free)).isEqualTo(free);
    assertThat(ports.take("another", free)).isNotEqualTo(free);
  }
}
