package io.weft.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.core.settings.SettingsReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceRecordTest {

  private final Ports ports = new Ports();
  private final HookReports hooks = new HookReports();

  @Test
  void is_ready_once_a_port_listens() {
    InstanceRecord record = record("");
    assertThat(record.registration(true).getState()).isEqualTo(InstanceState.STARTING);

    ports.bound(port(8080, "0.0.0.0"));

    assertThat(record.registration(true).getState()).isEqualTo(InstanceState.READY);
  }

  @Test
  void has_all_ports_but_those_excluded() {
    ports.bound(port(8080, "0.0.0.0"));
    ports.bound(port(8081, "0.0.0.0"));
    ports.bound(new PortInfo(9090, "::", PortProtocol.GRPC, PortTls.APP, "grpc-netty"));

    Registration registration = record("ports.exclude=8081").registration(true);

    assertThat(registration.getPortsList())
        .extracting(InstancePort::getNumber, InstancePort::getProtocol)
        .containsExactly(tuple(8080, "http"), tuple(9090, "grpc"));
    assertThat(registration.getPorts(1).getTls()).isEqualTo(io.weft.api.v1.PortTls.APP);
  }

  @Test
  void a_process_with_excluded_ports_alone_serves_nobody() {
    ports.bound(port(8081, "0.0.0.0"));

    assertThat(record("ports.exclude=8081").serves()).isFalse();
  }

  @Test
  void the_address_set_is_advertised() {
    ports.bound(port(8080, "127.0.0.1"));

    assertThat(record("address=orders.example").registration(true).getAddressesList())
        .containsExactly("orders.example");
  }

  @Test
  void a_port_bound_to_one_address_is_advertised_there() {
    ports.bound(port(8080, "10.0.0.7"));

    assertThat(record("").registration(false).getAddressesList()).containsExactly("10.0.0.7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.3", "::1", "0:0:0:0:0:0:0:1%0"})
  void a_loopback_address_is_advertised_only_where_control_shares_it(String loopback) {
    ports.bound(port(8080, loopback));

    assertThat(record("").registration(true).getAddressesList()).containsExactly(loopback);
    assertThat(record("").registration(false).getAddressesList()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "0:0:0:0:0:0:0:0", "0:0:0:0:0:0:0:0%0"})
  void control_names_the_address_of_a_port_bound_to_all(String all) {
    ports.bound(port(8080, all));

    assertThat(record("").registration(true).getAddressesList()).isEmpty();
  }

  @Test
  void draining_is_for_good() {
    InstanceRecord record = record("");
    BoundPort port = ports.bound(port(8080, "0.0.0.0"));

    record.drain();
    port.close();
    ports.bound(port(8080, "0.0.0.0"));

    assertThat(record.registration(true).getState()).isEqualTo(InstanceState.DRAINING);
  }

  @Test
  void tells_what_was_hooked_and_what_was_left_alone() {
    hooks.add(HookReport.hooked("tomcat", "10.1.0"));
    hooks.add(HookReport.leftAlone("tomcat", "9.0.1", "too old"));
    hooks.add(HookReport.hooked("tomcat", "10.1.0"));

    assertThat(record("").registration(true).getHooksList())
        .extracting(hook -> hook.getVersion() + " " + hook.getActive() + " " + hook.getReason())
        .containsExactly("10.1.0 true ", "9.0.1 false too old");
  }

  private InstanceRecord record(String settings) {
    return new InstanceRecord(
        SettingsReader.read("service=orders," + settings, Map.of("user.home", "/"), Map.of())
            .settings(),
        List::of,
        ports,
        hooks);
  }

  private static PortInfo port(int number, String address) {
    return new PortInfo(number, address, PortProtocol.HTTP, PortTls.NONE, "test");
  }
}
