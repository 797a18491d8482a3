package io.weft.it.bench.race;

import io.weft.it.bench.DecisionBenchmark;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a call to a host outside the mesh costs, by JMH. */
final class NonMeshCalls {
  private NonMeshCalls() {}

  static List<Verdict> verdicts() throws RunnerException {
    Collection<RunResult> runs =
        new Runner(
                new OptionsBuilder()
                    .include(DecisionBenchmark.class.getName() + ".outsideHost$")
                    .forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(3)
                    .measurementTime(TimeValue.seconds(1))
                    .addProfiler(GCProfiler.class)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    RunResult run = runs.iterator().next();
    double[] nanos =
        run.getBenchmarkResults().stream()
            .flatMap(result -> result.getIterationResults().stream())
            .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
            .toArray();
    double bytes = Double.NaN;
    for (String name : run.getSecondaryResults().keySet()) {
      if (name.endsWith("gc.alloc.rate.norm")) {
        bytes = run.getSecondaryResults().get(name).getScore();
      }
    }
    String where = "a host that 1,000 services do not know";
    return List.of(
        Verdict.atMost("call outside the mesh", where, Optional.of(Spread.of(nanos)), 50, "ns"),
        // Less than a byte is what the profiler itself leaves.
        Verdict.atMost("its allocation", where, Optional.of(Spread.of(Math.floor(bytes))), 0, "B"));
  }
}
