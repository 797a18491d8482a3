package io.weft.it.bench;

import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.ServiceConfig;
import io.weft.core.balance.Cluster;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.route.RouteTable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** What choosing one of 1,000 endpoints costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ChoiceBenchmark {
  private static final int ENDPOINTS = 1_000;

  /** How. */
  @Param({"LEAST_REQUEST", "PEAK_EWMA", "ROUND_ROBIN", "RANDOM", "RING_HASH", "MAGLEV"})
  public String algorithm = "";

  private @Nullable Cluster cluster;
  private long hash;

  /** The endpoints. */
  @Setup
  public void prepare() {
    ServiceConfig.Builder config = BigMesh.config("stock", 1).toBuilder();
    config
        .getRulesBuilder(0)
        .setLoadBalancer(
            LoadBalancer.newBuilder().setAlgorithm(LoadBalancer.Algorithm.valueOf(algorithm)));
    RouteTable routes =
        BigMesh.of(1, ENDPOINTS).pushed(config.build()).destination("stock", BigMesh.PORT).routes();
    if (routes == null) {
      throw new IllegalStateException("no routes");
    }
    cluster = routes.rule(0).backends().get(0).cluster();
  }

  /** The endpoint for a request. */
  @Benchmark
  public @Nullable Endpoint choose() {
    Cluster of = cluster;
    if (of == null) {
      throw new IllegalStateException("not prepared");
    }
    hash += 0x9e3779b97f4a7c15L;
    return of.choose(Cluster.Tried.NOTHING, hash, System.nanoTime(), ThreadLocalRandom.current());
  }
}
