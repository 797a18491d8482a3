package io.weft.it.mesh;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The demo's services as plain JVMs with the packaged agent, on free ports: a storefront, orders,
 * recommendations, and a warehouse in two versions, the second of which is in a zone of its own.
 * Nothing tells them of one another but names.
 */
final class Shop implements AutoCloseable {
  private static final String ANY_PORT = "0";
  private static final String ZONE = "eu-1a";
  private static final String TOMCAT_READY = "Tomcat started on port (\\d+)";
  private static final String ORDERS_READY = "orders ready on port (\\d+)";

  private final Map<String, String> environment;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final List<JavaProcess> started = new ArrayList<>();

  final Stock stockV1;
  final Stock stockV2;
  final JavaProcess recommendations;
  JavaProcess orders;
  final JavaProcess storefront;
  private final int front;

  /**
   * Opens the shop.
   *
   * @param environment what agents must know: control, token, exporter
   */
  Shop(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    try {
      this.recommendations = start("recommendations", Map.of());
      this.storefront = start("storefront", Map.of());
      this.orders = start("orders", Map.of());
      this.stockV1 = stock("v1");
      this.stockV2 = stock("v2");
      this.front = port(storefront, TOMCAT_READY);
      port(recommendations, TOMCAT_READY);
      port(orders, ORDERS_READY);
      stockV1.awaitReady();
      stockV2.awaitReady();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** One more warehouse. */
  Stock stock(String version) {
    return new Stock(
        start(
            "stock",
            Map.of(
                "VERSION",
                version,
                "ADMIN_PORT",
                ANY_PORT,
                "WEFT_LABELS",
                "version=" + version,
                "WEFT_ZONE",
                version.equals("v2") ? "eu-1b" : ZONE)));
  }

  /** Ends orders and starts it anew, with what its agent kept on disk. */
  void restartOrders() {
    orders.stop();
    orders = start("orders", Map.of());
    port(orders, ORDERS_READY);
  }

  /** Places an order as a customer's browser does. */
  Receipt order(String... headers) {
    return orderAt("http://127.0.0.1:" + front + "/api/orders", headers);
  }

  /** Places an order with orders itself. */
  Receipt orderAtTheDesk() {
    return orderAt("http://127.0.0.1:" + port(orders, ORDERS_READY) + "/orders");
  }

  private Receipt orderAt(String url, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "?item=tea&quantity=1"))
            .POST(HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> response = send(request.build());
    return new Receipt(
        response.statusCode(),
        response.body(),
        told(response, "warehouseVersion"),
        told(response, "warehouse"));
  }

  /**
   * Somebody else who runs the desk's program, and so reserves stock when asked for an order.
   *
   * @param more of its environment; the shop's own, if it says nothing else
   */
  Impostor impostor(String service, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("WEFT_SERVICE", service);
    return new Impostor(start("orders", all));
  }

  /** Where a stranger who ignores the mesh finds a warehouse. */
  String stockAddress() {
    return "127.0.0.1:" + port(stockV1.process, "stock \\w+ ready on port (\\d+)");
  }

  /** Where a stranger who ignores the mesh finds the desk. */
  String deskAddress() {
    return "127.0.0.1:" + port(orders, ORDERS_READY);
  }

  /** Opens the shop's page, which asks three services. */
  int look() {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + "/api/shop"))
            .build())
        .statusCode();
  }

  @Override
  public void close() {
    // All at once: each takes its time to drain.
    started.parallelStream().forEach(JavaProcess::close);
  }

  private String told(HttpResponse<String> response, String what) {
    try {
      return json.readTree(response.body()).path(what).asText();
    } catch (IOException e) {
      return "";
    }
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("the storefront does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while shopping", e);
    }
  }

  private JavaProcess start(String service, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("PORT", ANY_PORT);
    all.put("WEFT_SERVICE", service);
    all.put("WEFT_ZONE", ZONE);
    all.putAll(more);
    JavaProcess process =
        JavaProcess.of(service)
            .agent("")
            .env(all)
            .jar(Artifacts.existing("demo-apps/" + service + "/target/" + service + ".jar"))
            .start();
    started.add(process);
    return process;
  }

  private static int port(JavaProcess process, String line) {
    return Integer.parseInt(process.awaitLine(line).group(1));
  }

  /** What a customer gets for an order, with the warehouse it came from, "" if none did. */
  record Receipt(int status, String body, String version, String warehouse) {
    boolean ok() {
      return status == 201 || status == 200;
    }
  }

  /** A desk that is not the shop's. */
  final class Impostor implements AutoCloseable {
    final JavaProcess process;

    private Impostor(JavaProcess process) {
      this.process = process;
      port(process, ORDERS_READY);
    }

    /** Tries to have stock reserved. */
    Receipt reserve() {
      return orderAt("http://127.0.0.1:" + port(process, ORDERS_READY) + "/orders");
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** A warehouse, which can be told how it feels. */
  final class Stock {
    final JavaProcess process;

    private Stock(JavaProcess process) {
      this.process = process;
    }

    Stock awaitReady() {
      port(process, "stock \\w+ ready on port (\\d+)");
      return this;
    }

    /** Lets it fail so many percent of its calls, and dawdle with each. */
    void mood(int failPercent, int delayMillis) {
      int port = port(process, "mood on port (\\d+)");
      HttpResponse<String> response =
          send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:"
                              + port
                              + "/mood?fail="
                              + failPercent
                              + "&delay="
                              + delayMillis))
                  .PUT(HttpRequest.BodyPublishers.noBody())
                  .build());
      if (response.statusCode() != 200) {
        throw new AssertionError(response.body());
      }
    }
  }
}
