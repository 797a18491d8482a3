package io.weft.cli.demo;

import io.weft.cli.demo.CheckReport.Saw;
import io.weft.cli.demo.Customer.Visit;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The script of {@code weft demo --check}: each step puts policies in and measures their effect on
 * the shop's customers.
 */
final class Check {
  /** Who calls whom in the shop. */
  static final Set<String> EDGES =
      Set.of(
          "storefront→orders",
          "storefront→recommendations",
          "orders→stock",
          "orders→recommendations",
          "recommendations→orders");

  private static final Set<String> SERVICES =
      Set.of("storefront", "orders", "recommendations", "stock");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration COMMAND = Duration.ofSeconds(60);
  private static final int SLOW_MILLIS = 2_000;
  private static final int TIMEOUT_MILLIS = 400;
  // What the way to the storefront and back, on a busy machine, may add to a policy's own time.
  private static final int AROUND_MILLIS = 800;

  private final DemoMesh demo;
  private final Mesh mesh;
  private final Shop shop;
  private final Customer customer;
  private final CheckReport report;

  Check(DemoMesh demo, Customer customer, Screen screen) {
    this.demo = demo;
    this.mesh = demo.mesh();
    this.shop = demo.shop();
    this.customer = customer;
    this.report = new CheckReport(screen);
  }

  /** Plays it; whether all went as expected. */
  boolean run() {
    report.step(
        "all edges answer", "traffic and no failure on " + EDGES.size() + " edges", this::edges);
    report.step(
        "one trace", "one whole trace through " + String.join(", ", sorted(SERVICES)), this::trace);
    report.step("canary 90/10", "31 to 89 of 600 orders packed by stock v2", this::canary);
    report.step("header match", "testers get v2, everybody else v1", this::testers);
    report.step("no retry", "v2 fails half its calls: customers see it", this::withoutRetry);
    report.step("retry", "v2 fails half its calls: no customer sees it", this::withRetry);
    report.step(
        "timeout",
        "v2 takes " + SLOW_MILLIS + " ms: 504 after " + TIMEOUT_MILLIS + " ms",
        this::timeout);
    report.step("kill -9", "calls in flight fail and are counted; nobody else notices", this::kill);
    report.step(
        "control stopped", "traffic goes on, by the policies there were", this::controlStopped);
    report.step(
        "apply refuses mistakes", "exit 1, each with its line; nothing changes", this::apply);
    report.step(
        "mistakes put into etcd", "said by weft status; nothing changes", this::mistakesInEtcd);
    new SecurityCheck(demo, customer).steps(report);
    return report.summary();
  }

  private Saw edges() {
    List<List<Edge>> last = new ArrayList<>();
    boolean good =
        Await.until(
            PATIENCE,
            () -> {
              List<Edge> edges = mesh.edges();
              last.add(edges);
              return edges.stream().map(Edge::name).collect(Collectors.toSet()).containsAll(EDGES)
                  && edges.stream().allMatch(edge -> edge.failures() == 0);
            });
    return Saw.of(good, edgesInWords(last.get(last.size() - 1)));
  }

  private Saw trace() {
    if (demo.jaeger().isEmpty()) {
      return Saw.notChecked("there is no Jaeger here");
    }
    Jaeger jaeger = demo.jaeger().get();
    List<Jaeger.Trace> whole = new ArrayList<>();
    List<Jaeger.Trace> seen = new ArrayList<>();
    Await.until(
        PATIENCE,
        () -> {
          seen.clear();
          seen.addAll(jaeger.traces("storefront"));
          seen.stream()
              .filter(trace -> trace.complete() && trace.services().containsAll(SERVICES))
              .findFirst()
              .ifPresent(whole::add);
          return !whole.isEmpty();
        });
    if (whole.isEmpty()) {
      Set<String> services =
          seen.stream().flatMap(trace -> trace.services().stream()).collect(Collectors.toSet());
      return Saw.of(false, seen.size() + " traces, with " + sorted(services));
    }
    Jaeger.Trace trace = whole.get(0);
    return Saw.of(true, trace.spans() + " spans: " + jaeger.page() + "/trace/" + trace.id());
  }

  // Four standard deviations around the mean: a sound canary misses that once in 15,000 runs.
  private Saw canary() {
    Duration spread = mesh.apply(demo.home().policyText("canary.yaml"));
    Visits visits = customer.buy(600, "");
    long v2 = visits.packedBy("v2");
    long v1 = visits.packedBy("v1");
    return Saw.of(
        v2 >= 31 && v2 <= 89 && v1 + v2 == visits.size(),
        "%d by v2, %d by v1, %s; in force after %d ms"
            .formatted(v2, v1, visits.failuresInWords(), spread.toMillis()));
  }

  private Saw testers() {
    mesh.apply(demo.home().policyText("testers.yaml"));
    Visits testers = customer.buy(40, Traffic.TESTERS);
    Visits others = customer.buy(40, "");
    return Saw.of(
        testers.packedBy("v2") == testers.size() && others.packedBy("v1") == others.size(),
        "%d of %d testers got v2 (%s), %d of %d others v1 (%s)"
            .formatted(
                testers.packedBy("v2"),
                testers.size(),
                testers.failuresInWords(),
                others.packedBy("v1"),
                others.size(),
                others.failuresInWords()));
  }

  private Saw withoutRetry() {
    mesh.delete("Route", "stock");
    shop.moodOfStockV2(50, 0);
    Visits visits = customer.buy(100, "");
    return Saw.of(
        visits.failed() > 0, "of %d orders %s".formatted(visits.size(), visits.failuresInWords()));
  }

  private Saw withRetry() {
    try {
      mesh.apply(demo.home().policyText("retry.yaml"));
      Visits visits = customer.buy(100, "");
      // About a third of the calls need one.
      Await.until(PATIENCE, () -> stockEdge().retries() >= visits.size() / 10);
      long retries = stockEdge().retries();
      return Saw.of(
          visits.failed() == 0 && retries > 0,
          "of %d orders %s; the agent of orders reports %d retries"
              .formatted(visits.size(), visits.failuresInWords(), retries));
    } finally {
      shop.moodOfStockV2(0, 0);
      mesh.delete("Retry", "orders-to-stock");
    }
  }

  private Saw timeout() {
    try {
      mesh.apply(demo.home().policyText("v2.yaml"));
      mesh.apply(demo.home().policyText("timeout.yaml"));
      shop.moodOfStockV2(0, SLOW_MILLIS);
      Visits visits = customer.buy(10, "");
      long longest = visits.longestMillis();
      long shortest = visits.shortestMillis();
      // Orders has the same deadline: what it answers then may be cut short on its way, now and
      // then.
      return Saw.of(
          visits.answered(504) >= visits.size() - 1
              && visits.answered(504) + visits.answered(502) == visits.size()
              && shortest >= TIMEOUT_MILLIS
              && longest <= TIMEOUT_MILLIS + AROUND_MILLIS,
          "%s after %d to %d ms%s"
              .formatted(visits.answersInWords(), shortest, longest, visits.firstBut(504)));
    } finally {
      shop.moodOfStockV2(0, 0);
      mesh.delete("Timeout", "orders");
      mesh.delete("Route", "stock");
    }
  }

  private Saw kill() {
    // So that only what comes now is counted.
    Await.until(PATIENCE, () -> stockEdge().failures() == 0);
    // Slow enough that some calls are under way when it dies.
    shop.moodOfStockV2(0, SLOW_MILLIS);
    List<CompletableFuture<Visit>> underWay = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      underWay.add(customer.buy("tea", ""));
    }
    Await.pause(SLOW_MILLIS / 3);
    shop.killStockV2();
    Visits inFlight = Visits.of(underWay);
    Visits after = customer.buy(100, "");
    Await.until(PATIENCE, () -> stockEdge().failures() >= inFlight.failed());
    Edge edge = stockEdge();
    String saw =
        "%d of %d in flight failed, of %d after them %s; the agent of orders counts %d %s"
            .formatted(
                inFlight.failed(),
                inFlight.size(),
                after.size(),
                after.failuresInWords(),
                edge.failures(),
                edge.causes());
    shop.restartStockV2(mesh);
    return Saw.of(
        after.failed() == 0
            && inFlight.failed() > 0
            && inFlight.failed() < inFlight.size()
            && edge.failures() >= inFlight.failed(),
        saw);
  }

  private Saw controlStopped() {
    mesh.apply(demo.home().policyText("v1.yaml"));
    demo.control().stop();
    Visits visits = customer.buy(100, "");
    demo.control().restart();
    // What follows is about policies that come, and about who has which certificate.
    Await.until(PATIENCE, () -> mesh.ready().size() == shop.apps().size());
    return Saw.of(
        visits.packedBy("v1") == visits.size(),
        "%d of %d orders packed, as the route says by v1, %s"
            .formatted(visits.packedBy("v1"), visits.size(), visits.failuresInWords()));
  }

  private Saw apply() {
    List<String> command =
        demo.home().weft("apply", "-f", demo.home().policy("mistakes.yaml").toString());
    Command.Result result = Command.run(COMMAND, demo.control().forCommand(), command);
    Visits visits = customer.buy(40, "");
    List<String> mistakes =
        result.output().lines().filter(line -> line.contains("mistakes.yaml:")).toList();
    return Saw.of(
        result.exit() == 1 && !mistakes.isEmpty() && visits.packedBy("v1") == visits.size(),
        "exit %d, %d mistakes, such as %s; %d of %d orders still by v1, %s"
            .formatted(
                result.exit(),
                mistakes.size(),
                mistakes.isEmpty() ? result.lastLine() : shortened(mistakes.get(0)),
                visits.packedBy("v1"),
                visits.size(),
                visits.failuresInWords()));
  }

  private Saw mistakesInEtcd() {
    if (demo.etcd().isEmpty()) {
      return Saw.notChecked("there is no etcd here");
    }
    demo.etcd().get().putConfig("Route", "stock", demo.home().policyText("mistakes.yaml"));
    List<String> problems = new ArrayList<>();
    Await.until(
        PATIENCE,
        () -> {
          problems.clear();
          problems.addAll(mesh.problems());
          return !problems.isEmpty();
        });
    Visits visits = customer.buy(40, "");
    return Saw.of(
        !problems.isEmpty() && visits.packedBy("v1") == visits.size(),
        "%s; %d of %d orders still by v1, %s"
            .formatted(
                problems.isEmpty() ? "no word of it" : shortened(problems.get(0)),
                visits.packedBy("v1"),
                visits.size(),
                visits.failuresInWords()));
  }

  // Without the folder of a file, and the list of what is allowed.
  private String shortened(String problem) {
    return problem
        .replace(demo.home().policy("") + File.separator, "")
        .replaceFirst("; allowed: .*", "");
  }

  private Edge stockEdge() {
    return mesh.edges().stream()
        .filter(edge -> edge.name().equals("orders→stock"))
        .findFirst()
        .orElseGet(() -> new Edge("orders", "stock", List.of()));
  }

  private static String edgesInWords(List<Edge> edges) {
    return edges.isEmpty()
        ? "no edge"
        : edges.stream()
            .map(
                edge ->
                    String.format(
                        Locale.ROOT,
                        "%s %.1f/s%s",
                        edge.name(),
                        edge.callsPerSecond(),
                        edge.failures() == 0 ? "" : " " + edge.failures() + " failed"))
            .collect(Collectors.joining(", "));
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
  }
}
