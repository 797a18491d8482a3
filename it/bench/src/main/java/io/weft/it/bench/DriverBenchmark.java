package io.weft.it.bench;

import io.weft.core.Mesh;
import io.weft.core.call.AsyncDriver;
import io.weft.core.call.AsyncTransport;
import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.BlockingDriver;
import io.weft.core.call.BlockingTransport;
import io.weft.core.call.Failure;
import io.weft.core.call.MeshAnswer;
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

/** What a call costs with its driver and real timers, over a library that answers at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DriverBenchmark {
  private final Mesh mesh = BusyMesh.create();
  private final OutboundRequest request = new Get();
  private final ResponseHead ok = new Ok();

  /** A whole call on the calling thread. */
  @Benchmark
  public String blocking() {
    BlockingDriver<String, RuntimeException> driver = new BlockingDriver<>(call(), new Blocking());
    String response = driver.execute();
    driver.ended();
    return response;
  }

  /** A whole call without a thread. */
  @Benchmark
  public OutboundCall async() {
    OutboundCall call = call();
    new AsyncDriver(call, new Async()).start();
    return call;
  }

  private OutboundCall call() {
    return mesh.call(mesh.destination("stock", 8080), request);
  }

  private final class Blocking implements BlockingTransport<String, RuntimeException> {
    @Override
    public String send(Attempt attempt, long timeoutNanos) {
      return "ok";
    }

    @Override
    public ResponseHead head(String response) {
      return ok;
    }

    @Override
    public Failure failure(Attempt attempt, Throwable thrown) {
      return Failure.RESET;
    }

    @Override
    public void discard(String response) {}

    @Override
    public void abort(Attempt attempt) {}

    @Override
    public String answer(MeshAnswer answer) {
      throw new IllegalStateException(answer.reason());
    }

    @Override
    public RuntimeException cancelled() {
      return new IllegalStateException("cancelled");
    }

    @Override
    public String passThrough() {
      throw new IllegalStateException("passed through");
    }
  }

  private final class Async implements AsyncTransport {
    @Override
    public void send(Attempt attempt, AttemptProgress progress) {
      progress.head(ok);
      progress.end(-1);
    }

    @Override
    public void cancel(Attempt attempt) {}

    @Override
    public void commit(Attempt attempt) {}

    @Override
    public void breakOff(Attempt attempt, MeshAnswer why) {}

    @Override
    public void answer(MeshAnswer answer) {
      throw new IllegalStateException(answer.reason());
    }

    @Override
    public void rethrow(Attempt attempt, Throwable thrown) {
      throw new IllegalStateException(thrown);
    }

    @Override
    public void passThrough() {
      throw new IllegalStateException("passed through");
    }
  }
}
