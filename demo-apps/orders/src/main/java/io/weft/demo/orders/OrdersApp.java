package io.weft.demo.orders;

import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;

/**
 * Takes orders: the JDK's own HttpServer and HttpURLConnection, and gRPC to the warehouse.
 * Environment: PORT (8081; 0 for a free one), STOCK (stock), RECOMMENDATIONS
 * (http://recommendations).
 */
public final class OrdersApp {
  private OrdersApp() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(environment("PORT", "8081"));
    ExecutorService workers = Workers.forEachTask();
    StockClient stock =
        new StockClient(
            ManagedChannelBuilder.forTarget("dns:///" + environment("STOCK", "stock"))
                .usePlaintext()
                .build());
    RecommendationsClient recommendations =
        new RecommendationsClient(
            URI.create(environment("RECOMMENDATIONS", "http://recommendations")));
    OrderDesk desk = new OrderDesk(stock, recommendations, workers);

    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", new Endpoints(desk));
    server.setExecutor(workers);
    server.start();
    System.out.println("orders ready on port " + server.getAddress().getPort());
  }

  private static String environment(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? otherwise : value;
  }
}
