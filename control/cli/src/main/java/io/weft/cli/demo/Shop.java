package io.weft.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The applications: ordinary JVMs, each with the agent and its service's name. */
final class Shop {
  private static final Duration START = Duration.ofSeconds(90);
  private static final String V2 = "stock-v2";

  private final Stage stage;
  private final Home home;
  private final Map<String, String> mesh;
  private final Map<String, App> apps = new LinkedHashMap<>();
  private final Map<String, Program> programs = new LinkedHashMap<>();
  private final URI page;
  private final URI mood;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Applications that are not started yet.
   *
   * @param mesh what their environment says of control and of Jaeger
   */
  Shop(Stage stage, Home home, Ports ports, Map<String, String> mesh) {
    this.stage = stage;
    this.home = home;
    this.mesh = mesh;
    int storefront = ports.take("storefront", 8080);
    int moods = ports.take("the mood of stock v2", 8090);
    this.page = URI.create("http://127.0.0.1:" + storefront);
    this.mood = URI.create("http://127.0.0.1:" + moods + "/mood");
    add(App.of("storefront", port(storefront)));
    add(App.of("recommendations", port(ports.take("recommendations", 8082))));
    add(App.of("orders", port(ports.take("orders", 8081))));
    add(App.of("stock", "v1", port(ports.take("stock v1", 50_051), "VERSION", "v1")));
    add(
        App.of(
            "stock",
            "v2",
            port(
                ports.take("stock v2", 50_052),
                "VERSION",
                "v2",
                "ADMIN_PORT",
                Integer.toString(moods))));
  }

  private void add(App app) {
    apps.put(app.name(), app);
  }

  private static Map<String, String> port(int port, String... more) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PORT", Integer.toString(port));
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  /** Its page for customers. */
  URI page() {
    return page;
  }

  /** Where stock v2 can be told to be slow or to fail. */
  URI mood() {
    return mood;
  }

  /** Its processes. */
  Collection<App> apps() {
    return apps.values();
  }

  /** Where a process can be reached by whoever ignores the mesh: host:port. */
  String address(String name) {
    return apps.values().stream()
        .filter(app -> app.name().equals(name))
        .map(app -> "127.0.0.1:" + app.environment().get("PORT"))
        .findFirst()
        .orElseThrow(() -> new DemoException("there is no " + name));
  }

  /** Somebody who has no token, says that he is orders, and knows where stock is. */
  Impostor intruder() {
    Map<String, String> environment = new LinkedHashMap<>(mesh);
    environment.remove("WEFT_TOKEN_FILE");
    environment.put("STOCK", address("stock-v1"));
    return Impostor.start(stage, home, "orders", environment);
  }

  /** The storefront, which has its token, at work that is not its own. */
  Impostor storefrontAtTheDesk() {
    return Impostor.start(stage, home, "storefront", mesh);
  }

  /** Starts all, and waits until the mesh knows them and the shop is open. */
  void open(Mesh mesh) {
    apps.values().forEach(this::start);
    awaitReady(mesh);
    Customer customer = new Customer(page);
    boolean open =
        Await.until(
            START,
            () -> {
              programs.values().forEach(Program::mustBeAlive);
              return customer.buy("tea", "").join().succeeded();
            });
    if (!open) {
      Customer.Visit last = customer.buy("tea", "").join();
      throw new DemoException(
          "the shop does not open: its page answers " + last.status() + " " + last.body());
    }
  }

  private void awaitReady(Mesh mesh) {
    List<String> all = apps.values().stream().map(App::service).sorted().toList();
    boolean ready =
        Await.until(
            START,
            () -> {
              programs.values().forEach(Program::mustBeAlive);
              return mesh.ready().stream().sorted().toList().equals(all);
            });
    if (!ready) {
      List<String> there = new ArrayList<>(mesh.ready());
      throw new DemoException(
          apps.values().stream()
              .filter(app -> !there.remove(app.service()))
              .map(app -> app.name() + program(app.name()).lastWords())
              .collect(
                  Collectors.joining(
                      "\n", "not in the mesh after " + START.toSeconds() + " s: ", "")));
    }
  }

  private void start(App app) {
    Map<String, String> environment = new LinkedHashMap<>(mesh);
    environment.putAll(app.environment());
    List<String> command =
        Jvm.command(
            List.of(
                "-Xmx96m",
                "-javaagent:" + home.agent() + "=" + app.agent(),
                "-jar",
                home.app(app.service()).toString()));
    programs.put(app.name(), stage.start(app.name(), environment, command));
  }

  /** Ends stock v2 as kill -9 does. */
  void killStockV2() {
    program(V2).kill();
  }

  /** Starts stock v2 again, and waits until it is back in the mesh. */
  void restartStockV2(Mesh mesh) {
    start(apps.values().stream().filter(app -> app.name().equals(V2)).findFirst().orElseThrow());
    awaitReady(mesh);
  }

  private Program program(String name) {
    Program program = programs.get(name);
    if (program == null) {
      throw new DemoException(name + " is not started");
    }
    return program;
  }

  /** Tells stock v2 how often to fail and how slow to be. */
  void moodOfStockV2(int failPercent, int delayMillis) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(mood + "?fail=" + failPercent + "&delay=" + delayMillis))
            .timeout(Duration.ofSeconds(10))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new DemoException("stock v2 answers " + answer.statusCode() + ": " + answer.body());
      }
    } catch (IOException e) {
      throw new DemoException("stock v2 does not answer at " + mood + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }
}
