package io.weft.it.bench;

import io.weft.api.v1.Backend;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.StringMatch;
import io.weft.core.call.OutboundRequest;
import io.weft.core.config.Destination;
import io.weft.core.route.RouteTable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What finding the rule for a request costs in a table of 1,000: half exact paths, half folders.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RouteBenchmark {
  private static final int RULES = 1_000;

  /** What the request asks for. */
  @Param({"/shops/998/open", "/shops/999/items/42?detail=full", "/elsewhere"})
  public String target = "";

  private RouteTable table = table();
  private OutboundRequest request = new Get();

  /** The table, and the request. */
  @Setup
  public void prepare() {
    table = table();
    request = new Get(target);
  }

  /** The rule for a request. */
  @Benchmark
  public long find() {
    return table.find(request);
  }

  private static RouteTable table() {
    ServiceConfig.Builder config =
        ServiceConfig.newBuilder().setNamespace("default").setName("stock");
    for (int i = 0; i < RULES; i++) {
      boolean exact = i % 2 == 0;
      StringMatch.Builder path =
          StringMatch.newBuilder()
              .setType(exact ? StringMatch.Type.EXACT : StringMatch.Type.PREFIX)
              .setValue("/shops/" + i + (exact ? "/open" : "/items"));
      config.addRules(
          RouteRule.newBuilder()
              .addMatches(RouteMatch.newBuilder().setPath(path))
              .addBackends(
                  Backend.newBuilder().setNamespace("default").setService("stock").setWeight(1)));
    }
    Destination stock = BigMesh.of(1, 1).pushed(config.build()).destination("stock", BigMesh.PORT);
    RouteTable routes = stock.routes();
    if (routes == null) {
      throw new IllegalStateException("no routes");
    }
    return routes;
  }
}
