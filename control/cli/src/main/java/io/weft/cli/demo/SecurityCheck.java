package io.weft.cli.demo;

import io.weft.cli.demo.CheckReport.Saw;
import io.weft.cli.demo.Mesh.Certificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The steps of the script about who is who, and who may what. */
final class SecurityCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ROTATION = Duration.ofMinutes(3);
  private static final Duration CURL = Duration.ofSeconds(20);
  private static final int ORDERS = 40;

  private final DemoMesh demo;
  private final Mesh mesh;
  private final Shop shop;
  private final Customer customer;

  SecurityCheck(DemoMesh demo, Customer customer) {
    this.demo = demo;
    this.mesh = demo.mesh();
    this.shop = demo.shop();
    this.customer = customer;
  }

  void steps(CheckReport report) {
    report.step("mutual TLS", "every call on every edge, with no policy written", this::encrypted);
    report.step("STRICT", "curl is refused by orders, and no customer notices", this::strict);
    report.step(
        "intruder", "a process without a token gets nothing from stock", this::withoutToken);
    report.step(
        "authorization", "orders may reserve stock, storefront may not", this::whoMayReserve);
    report.step(
        "rotation",
        "every key and the root change under traffic, and no call fails",
        this::rotation);
  }

  private Saw encrypted() {
    boolean all =
        Await.until(
            PATIENCE,
            () -> {
              List<Edge> edges = mesh.edges();
              return edges.stream().map(Edge::name).toList().containsAll(Check.EDGES)
                  && edges.stream().allMatch(Edge::encrypted);
            });
    List<Edge> edges = mesh.edges();
    return Saw.of(
        all, edges.stream().filter(Edge::encrypted).count() + " of " + edges.size() + " edges");
  }

  private Saw strict() {
    Optional<Path> curl = Command.onPath("curl");
    if (curl.isEmpty()) {
      return Saw.notChecked("there is no curl here");
    }
    Supplier<Command.Result> stranger =
        () ->
            Command.run(
                CURL,
                curl.get().toString(),
                "--silent",
                "--show-error",
                "--noproxy",
                "*",
                "http://" + shop.address("orders") + "/bestsellers");
    Command.Result before = stranger.get();
    try {
      mesh.apply(demo.home().policyText("strict.yaml"));
      Command.Result under = stranger.get();
      Visits visits = customer.buy(ORDERS, "");
      return Saw.of(
          before.succeeded() && !under.succeeded() && visits.failed() == 0,
          "before: %s; then: %s; of %d orders %s"
              .formatted(
                  before.lastLine(), under.lastLine(), visits.size(), visits.failuresInWords()));
    } finally {
      mesh.delete("MutualTls", "orders");
      mesh.delete("MutualTls", "stock");
    }
  }

  private Saw withoutToken() {
    mesh.apply(demo.home().policyText("strict.yaml"));
    Impostor intruder = shop.intruder();
    try {
      Impostor.Answer answer = intruder.reserve();
      return Saw.of(answer.status() == 503, "%d %s".formatted(answer.status(), answer.body()));
    } finally {
      intruder.stop();
      mesh.delete("MutualTls", "orders");
      mesh.delete("MutualTls", "stock");
    }
  }

  private Saw whoMayReserve() {
    mesh.apply(demo.home().policyText("orders-only.yaml"));
    Impostor storefront = shop.storefrontAtTheDesk();
    try {
      Await.until(PATIENCE, () -> storefront.reserve().status() == 403);
      Impostor.Answer answer = storefront.reserve();
      Visits visits = customer.buy(ORDERS, "");
      return Saw.of(
          answer.status() == 403 && visits.failed() == 0,
          "storefront: %d %s; of %d orders by orders %s"
              .formatted(answer.status(), answer.body(), visits.size(), visits.failuresInWords()));
    } finally {
      storefront.stop();
      mesh.delete("Authorization", "stock");
    }
  }

  private Saw rotation() {
    // Who left a moment ago is no more to be waited for.
    Await.until(PATIENCE, () -> mesh.ready().size() == shop.apps().size());
    Map<Long, Certificate> before = mesh.certificates();
    Set<String> serials = new HashSet<>();
    long failed = 0;
    long orders = 0;
    mesh.rotate();
    long begun = System.nanoTime();
    String phase = mesh.rotation();
    while (!phase.equals("RETIRED") && System.nanoTime() - begun < ROTATION.toNanos()) {
      Visits visits = customer.buy(ORDERS, "");
      orders += visits.size();
      failed += visits.failed();
      mesh.certificates().values().forEach(now -> serials.add(now.serial()));
      phase = mesh.rotation();
    }
    Map<Long, Certificate> after = mesh.certificates();
    return Saw.of(
        phase.equals("RETIRED")
            && failed == 0
            && before.size() == shop.apps().size()
            && after.keySet().equals(before.keySet())
            && disjoint(before, after, Certificate::serial)
            && disjoint(before, after, Certificate::root),
        "%d processes went through %d certificates, the root is %s after %d s; of %d orders %s"
            .formatted(
                after.size(),
                serials.size(),
                phase,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                orders,
                failed == 0 ? "none failed" : failed + " failed"));
  }

  private static boolean disjoint(
      Map<Long, Certificate> before,
      Map<Long, Certificate> after,
      Function<Certificate, String> what) {
    Set<String> old = before.values().stream().map(what).collect(Collectors.toSet());
    return after.values().stream().map(what).noneMatch(old::contains);
  }
}
