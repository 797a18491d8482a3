package io.weft.control.compile;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.External;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.OriginatedTls;
import io.weft.api.v1.PortTls;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.Source;
import io.weft.control.document.Document;
import io.weft.control.document.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What stands in an ExternalService, as agents are sent it. */
final class ExternalParts {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private ExternalParts() {}

  /** A port as it is written, or as it is where none is written. */
  private record Port(String name, int number, String protocol, int target) {
    static List<Port> of(Document document) {
      boolean simple = isSimple(document);
      List<Port> ports = new ArrayList<>();
      for (Fields port : document.spec().each("ports")) {
        int number = port.whole("number", 0);
        ports.add(
            new Port(
                port.text("name"),
                number,
                port.text("protocol", "http"),
                port.whole("targetPort", target(number, simple))));
      }
      return ports.isEmpty()
          ? List.of(
              new Port("", HTTP, "http", target(HTTP, simple)), new Port("", HTTPS, "https", HTTPS))
          : ports;
    }

    // Where plaintext is made TLS, nobody means the port of plaintext.
    private static int target(int number, boolean simple) {
      return simple && number == HTTP ? HTTPS : number;
    }
  }

  static ServiceName name(Document document) {
    ServiceName.Builder name =
        ServiceName.newBuilder()
            .setNamespace(document.key().namespace())
            .setName(document.key().name())
            .addAllHosts(document.spec().texts("hosts"))
            .setExternal(true);
    for (Port port : Port.of(document)) {
      name.addPorts(
          ServicePort.newBuilder()
              .setName(port.name())
              .setNumber(port.number())
              .setProtocol(port.protocol()));
    }
    return name.build();
  }

  static Endpoints endpoints(Document document, Source source) {
    Fields spec = document.spec();
    List<String> hosts = spec.texts("hosts");
    External.Builder external = External.newBuilder().setSource(source).addAllHosts(hosts);
    if (isSimple(document)) {
      Fields tls = spec.fields("tls");
      external.setTls(
          OriginatedTls.newBuilder()
              .setServerName(tls.text("sni", hosts.get(0)))
              .setCaCertificates(tls.text("caCertificates")));
    }
    Endpoints.Builder endpoints = Endpoints.newBuilder().setExternal(external);
    List<Port> ports = Port.of(document);
    for (Fields endpoint : spec.each("endpoints")) {
      endpoints.addEndpoints(
          endpoint(
              endpoint.text("address"),
              endpoint.labels("labels"),
              endpoint.whole("weight", 1),
              ports));
    }
    if (endpoints.getEndpointsCount() == 0) {
      endpoints.addEndpoints(endpoint(hosts.get(0), Map.of(), 1, ports));
    }
    return endpoints.build();
  }

  private static Endpoint endpoint(
      String address, Map<String, String> labels, int weight, List<Port> ports) {
    Endpoint.Builder endpoint =
        Endpoint.newBuilder()
            .setUid(address)
            .setAddress(address)
            .putAllLabels(labels)
            .setWeight(weight)
            .setState(InstanceState.READY);
    for (Port port : ports) {
      endpoint.addPorts(
          InstancePort.newBuilder()
              .setName(port.name())
              .setNumber(port.target())
              .setProtocol(port.protocol())
              .setTls(PortTls.APP));
    }
    return endpoint.build();
  }

  private static boolean isSimple(Document document) {
    return document.spec().fields("tls").text("mode").equals("SIMPLE");
  }
}
