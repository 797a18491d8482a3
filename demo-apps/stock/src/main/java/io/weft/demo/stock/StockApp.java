package io.weft.demo.stock;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;

/**
 * The warehouse, a gRPC service. Environment: PORT (50051; 0 for a free one), VERSION (v1), and
 * ADMIN_PORT, on which it can be told to be slow or to fail; without it there is no such endpoint.
 */
public final class StockApp {
  private StockApp() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int port = Integer.parseInt(environment("PORT", "50051"));
    String version = environment("VERSION", "v1");
    String instance = version + " (process " + ProcessHandle.current().pid() + ")";
    Mood mood = new Mood();
    Server server =
        ServerBuilder.forPort(port)
            .addService(new Warehouse(version, instance, new Shelves(), mood))
            .build()
            .start();
    if (System.getenv("ADMIN_PORT") != null) {
      int admin = MoodEndpoint.start(Integer.parseInt(System.getenv("ADMIN_PORT")), mood);
      System.out.println("mood on port " + admin);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    System.out.println("stock " + version + " ready on port " + server.getPort());
    server.awaitTermination();
  }

  private static String environment(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? otherwise : value;
  }
}
