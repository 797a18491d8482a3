package io.weft.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.log.LogLevel;
import java.io.File;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsReaderTest {

  private String argument = "";
  private final Map<String, String> properties = new HashMap<>(Map.of("user.home", "/home/ann"));
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void a_service_name_is_all_that_is_needed() {
    environment.put("WEFT_SERVICE", "orders");

    ReadSettings read = read();

    assertThat(read.problems()).isEmpty();
    Settings settings = read.settings();
    assertThat(settings.service()).hasValue("orders");
    assertThat(settings.namespace()).isEqualTo("default");
    assertThat(settings.enabled()).isTrue();
    assertThat(settings.labels()).isEmpty();
    assertThat(settings.control()).containsExactly(new HostPort("127.0.0.1", 15010));
    assertThat(settings.tokenFile()).isEqualTo(new File("/home/ann/.weft/join-token"));
    assertThat(settings.join()).isEqualTo(Settings.Join.TOKEN);
    assertThat(settings.controlCaFile()).isEmpty();
    assertThat(settings.dir()).isEqualTo(new File("/home/ann/.weft/agent"));
    assertThat(settings.address()).isEmpty();
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.log()).isEqualTo(LogLevel.INFO);
  }

  @Test
  void the_argument_outranks_a_property_and_a_property_the_environment() {
    argument = "service=from-argument";
    properties.put("weft.service", "from-property");
    properties.put("weft.zone", "zone-of-property");
    environment.put("WEFT_SERVICE", "from-environment");
    environment.put("WEFT_ZONE", "zone-of-environment");
    environment.put("WEFT_NAMESPACE", "shop");

    Settings settings = read().settings();

    assertThat(settings.service()).hasValue("from-argument");
    assertThat(settings.zone()).isEqualTo("zone-of-property");
    assertThat(settings.namespace()).isEqualTo("shop");
  }

  @Test
  void every_setting_fits_into_the_argument() {
    argument =
        "weft.service=orders,labels=version=v1;tier=gold,control=a.example;b.example:1;[::1]:2,"
            + "ports.exclude=8081;9000-9002,drain=250ms,log=debug,zone=eu-1a,"
            + "address=10.0.0.7,dir=~/cache,token=weft1.a.b.c,token.file=/run/token,enabled=true,"
            + "namespace=shop,join=x509,control.ca.file=~/root.pem,kubernetes.token.file=/run/sa,"
            + "x509.certificate.file=/run/svid.pem,x509.key.file=/run/svid-key.pem";

    ReadSettings read = read();

    assertThat(read.problems()).isEmpty();
    Settings settings = read.settings();
    assertThat(settings.labels())
        .containsOnly(Map.entry("version", "v1"), Map.entry("tier", "gold"));
    assertThat(settings.control())
        .containsExactly(
            new HostPort("a.example", 15010), new HostPort("b.example", 1), new HostPort("::1", 2));
    assertThat(settings.excludedPorts()).containsExactlyInAnyOrder(8081, 9000, 9001, 9002);
    assertThat(settings.drain()).isEqualTo(Duration.ofMillis(250));
    assertThat(settings.log()).isEqualTo(LogLevel.DEBUG);
    assertThat(settings.address()).hasValue("10.0.0.7");
    assertThat(settings.dir()).isEqualTo(new File("/home/ann/cache"));
    assertThat(settings.token()).hasValue("weft1.a.b.c");
    assertThat(settings.tokenFile()).isEqualTo(new File("/run/token"));
    assertThat(settings.join()).isEqualTo(Settings.Join.X509);
    assertThat(settings.controlCaFile()).hasValue(new File("/home/ann/root.pem"));
    assertThat(settings.serviceAccountTokenFile()).isEqualTo(new File("/run/sa"));
    assertThat(settings.certificateFile()).hasValue(new File("/run/svid.pem"));
    assertThat(settings.keyFile()).hasValue(new File("/run/svid-key.pem"));
  }

  @Test
  void the_service_name_falls_back_to_open_telemetry_s() {
    environment.put("OTEL_SERVICE_NAME", "orders");
    assertThat(read().settings().service()).hasValue("orders");

    properties.put("otel.service.name", "stock");
    assertThat(read().settings().service()).hasValue("stock");

    environment.put("WEFT_SERVICE", "storefront");
    assertThat(read().settings().service()).hasValue("storefront");
  }

  @Test
  void without_a_service_name_one_line_says_so() {
    ReadSettings read = read();

    assertThat(read.settings().service()).isEmpty();
    assertThat(read.problems())
        .singleElement()
        .asString()
        .contains("no service name", "weft.service", "WEFT_SERVICE", "OTEL_SERVICE_NAME");
  }

  @Test
  void a_service_name_that_fits_no_host_name_is_no_service_name() {
    environment.put("OTEL_SERVICE_NAME", "Order Service");

    ReadSettings read = read();

    assertThat(read.settings().service()).isEmpty();
    assertThat(read.problems()).hasSize(2);
    assertThat(read.problems().get(0))
        .isEqualTo(
            "setting OTEL_SERVICE_NAME (environment): \"Order Service\" is no DNS label; use up to"
                + " 63 of a-z, 0-9 and -, such as orders; or set weft.service");
  }

  @Test
  void a_misspelt_setting_is_named_with_its_place_and_the_nearest_known_name() {
    argument = "servcie=orders,service=orders";
    properties.put("weft.lables", "version=v1");
    environment.put("WEFT_PORT_EXCLUDE", "8081");

    assertThat(read().problems())
        .containsExactly(
            "unknown setting servcie (agent argument): did you mean service?",
            "unknown setting weft.lables (system property): did you mean weft.labels?",
            "unknown setting WEFT_PORT_EXCLUDE (environment): did you mean WEFT_PORTS_EXCLUDE?");
  }

  @Test
  void a_setting_unlike_any_other_is_answered_with_the_list() {
    argument = "service=orders,hologram=on";

    assertThat(read().problems())
        .singleElement()
        .asString()
        .startsWith("unknown setting hologram (agent argument); the settings are service, ");
  }

  @Test
  void variables_of_the_weft_command_are_no_misspelt_settings() {
    environment.put("WEFT_SERVICE", "orders");
    environment.put("WEFT_ADMIN_TOKEN", "secret");

    assertThat(read().problems()).isEmpty();
  }

  @Test
  void a_wrong_value_is_named_with_its_mend_and_its_default_stands() {
    argument = "service=orders";
    properties.put("weft.drain", "5 seconds");
    properties.put("weft.control", "control:http");
    environment.put("WEFT_PORTS_EXCLUDE", "eighty");
    environment.put("WEFT_LOG", "loud");
    environment.put("WEFT_LABELS", "v1");
    environment.put("WEFT_ENABLED", "yes");
    environment.put("WEFT_NAMESPACE", "My_Shop");

    ReadSettings read = read();

    assertThat(read.problems())
        .containsExactlyInAnyOrder(
            "setting weft.drain (system property): \"5 seconds\" is no duration; write it like"
                + " 250ms, 5s or 1m; using 5s",
            "setting weft.control (system property): \"control:http\" is no address (\"http\" is no"
                + " port number); write it like control.example:15010; using 127.0.0.1:15010",
            "setting WEFT_PORTS_EXCLUDE (environment): \"eighty\" has no port in \"eighty\"; write"
                + " ports like 8081;9000-9010; going on without",
            "setting WEFT_LOG (environment): \"loud\" is none of off, error, warn, info, debug; using"
                + " info",
            "setting WEFT_LABELS (environment): \"v1\" has no label in \"v1\"; write labels like"
                + " version=v1;tier=gold; going on without",
            "setting WEFT_ENABLED (environment): \"yes\" is neither true nor false; using true",
            "setting WEFT_NAMESPACE (environment): \"My_Shop\" is no DNS label; use up to 63 of"
                + " a-z, 0-9 and -, such as orders; using default");
    assertThat(read.settings().drain()).isEqualTo(Duration.ofSeconds(5));
    assertThat(read.settings().namespace()).isEqualTo("default");
  }

  @Test
  void what_is_not_name_and_value_in_the_argument_is_said() {
    argument = "service=orders,control=a:1,b:2";

    assertThat(read().problems())
        .singleElement()
        .asString()
        .startsWith("\"b:2\" (agent argument) is not name=value");
  }

  @Test
  void the_address_kubernetes_gave_the_pod_is_advertised() {
    environment.put("POD_IP", "10.1.2.3");
    assertThat(read().settings().address()).hasValue("10.1.2.3");

    environment.put("WEFT_ADDRESS", "orders.example");
    assertThat(read().settings().address()).hasValue("orders.example");
  }

  @Test
  void a_blank_value_counts_as_not_given() {
    environment.put("WEFT_SERVICE", " ");
    environment.put("OTEL_SERVICE_NAME", "orders");

    assertThat(read().settings().service()).hasValue("orders");
  }

  private ReadSettings read() {
    return SettingsReader.read(argument, properties, environment);
  }
}
