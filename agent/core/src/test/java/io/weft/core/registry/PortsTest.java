package io.weft.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PortsTest {

  private final Ports ports = new Ports();

  @Test
  void open_ports_are_listed_by_number() {
    ports.bound(port(9090, PortProtocol.GRPC));
    ports.bound(port(8080, PortProtocol.HTTP));

    assertThat(ports.open()).extracting(PortInfo::number).containsExactly(8080, 9090);
  }

  @Test
  void a_server_that_stops_late_does_not_take_away_its_successor_s_port() {
    BoundPort old = ports.bound(port(8080, PortProtocol.HTTP));
    BoundPort fresh = ports.bound(port(8080, PortProtocol.HTTP2));

    old.close();
    old.close();

    assertThat(ports.open()).containsExactly(port(8080, PortProtocol.HTTP2));
    fresh.close();
    assertThat(ports.open()).isEmpty();
  }

  @Test
  void each_change_is_told_once() {
    AtomicInteger changes = new AtomicInteger();
    ports.onChange(changes::incrementAndGet);

    BoundPort port = ports.bound(port(8080, PortProtocol.HTTP));
    port.close();
    port.close();

    assertThat(changes).hasValue(2);
  }

  private static PortInfo port(int number, PortProtocol protocol) {
    return new PortInfo(number, "0.0.0.0", protocol, PortTls.NONE, "test");
  }
}
