package io.weft.it.bench;

import io.weft.core.Mesh;
import io.weft.core.call.Attempt;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.ResponseHead;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What deciding costs, without sending: the machine alone, its clock read as a driver would. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DecisionBenchmark {
  private final Mesh mesh = BusyMesh.create();
  private final Mesh guarded = BusyMesh.guarded();
  private final Mesh everything = BusyMesh.withEveryKind();
  private final OutboundRequest request = new Get();
  private final ResponseHead ok = new Ok();
  private final Noted effects = new Noted();
  private final String host = "stock";
  private final String outside = "api.example.com";
  private final String address = "192.0.2.17";

  /** A call with Route, Timeout, Retry and LoadBalancer, from its host to the end of its answer. */
  @Benchmark
  public OutboundCall meshCall() {
    return call(mesh);
  }

  /** The same with CircuitBreaker, adaptive ConcurrencyLimit and OutlierDetection. */
  @Benchmark
  public OutboundCall guardedCall() {
    return call(guarded);
  }

  /** The same with every kind that callers enforce, within a request that has a deadline. */
  @Benchmark
  public OutboundCall everyKind() {
    return call(everything);
  }

  private OutboundCall call(Mesh mesh) {
    OutboundCall call = mesh.call(mesh.destination(host, 8080), request);
    call.start(System.nanoTime(), effects);
    Attempt attempt = effects.started;
    if (attempt == null) {
      throw new IllegalStateException("nothing was started");
    }
    call.sent(attempt);
    call.head(attempt, ok, System.nanoTime(), effects);
    call.end(attempt, System.nanoTime(), effects);
    return call;
  }

  /** A host the mesh knows nothing of. */
  @Benchmark
  public boolean outsideHost() {
    return mesh.destination(outside, -1).isMesh();
  }

  /** An address the mesh knows nothing of. */
  @Benchmark
  public boolean outsideAddress() {
    return mesh.destination(address, 443).isMesh();
  }
}
