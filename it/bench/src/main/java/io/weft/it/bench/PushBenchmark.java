package io.weft.it.bench;

import java.util.List;
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

/** What a push costs an agent that uses 5,000 services, each with policies of its own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class PushBenchmark {
  private static final int SERVICES = 5_000;

  private final BigMesh mesh = BigMesh.of(SERVICES, 2);
  private int pushes;

  /** One policy of one of them is another. */
  @Benchmark
  public void oneChangedPolicy() {
    pushes++;
    mesh.push(
        List.of(BigMesh.resource(BigMesh.config(BigMesh.name(pushes % SERVICES), 1 + pushes))));
  }
}
