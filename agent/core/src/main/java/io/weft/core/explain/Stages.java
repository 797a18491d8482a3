package io.weft.core.explain;

import io.weft.api.v1.Candidate;
import io.weft.api.v1.Stage;
import io.weft.core.config.Source;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What policies made of a request, one line after the other. For one thread. */
public final class Stages {
  private final List<Stage> stages = new ArrayList<>();

  /**
   * One more line.
   *
   * @param name the kind, or another word for what was decided
   * @param field of the document, such as {@code spec.conf.request}; told only where there is one
   */
  public Stages add(String name, String says, Source source, String field) {
    stages.add(stage(name, says, source, field).build());
    return this;
  }

  /** The same, with what there was to choose from. */
  public Stages add(
      String name, String says, Source source, String field, List<Candidate> candidates) {
    stages.add(stage(name, says, source, field).addAllCandidates(candidates).build());
    return this;
  }

  /** The last line: the request goes no further. */
  public List<Stage> stop(
      String name, String says, Source source, String field, List<Candidate> candidates) {
    stages.add(
        stage(name, says, source, field).setStops(true).addAllCandidates(candidates).build());
    return all();
  }

  /** All lines. */
  public List<Stage> all() {
    return List.copyOf(stages);
  }

  /** Something there was to choose from, and why it is passed over; empty if it is not. */
  public static Candidate passedOver(String what, String why) {
    return Candidate.newBuilder().setWhat(what).setWhy(why).setPassedOver(true).build();
  }

  /** Something that may be chosen. */
  public static Candidate eligible(String what, String why) {
    return Candidate.newBuilder().setWhat(what).setWhy(why).build();
  }

  /** A time as documents write it: {@code 2s}, {@code 250ms}, {@code 1500us}. */
  public static String time(long nanos) {
    if (nanos % TimeUnit.SECONDS.toNanos(1) == 0) {
      return TimeUnit.NANOSECONDS.toSeconds(nanos) + "s";
    }
    return nanos % TimeUnit.MILLISECONDS.toNanos(1) == 0
        ? TimeUnit.NANOSECONDS.toMillis(nanos) + "ms"
        : TimeUnit.NANOSECONDS.toMicros(nanos) + "us";
  }

  /** A share as documents write it: {@code 5%}, {@code 0.5%}. */
  public static String share(int millipercent) {
    return BigDecimal.valueOf(millipercent, 3).stripTrailingZeros().toPlainString() + "%";
  }

  private static Stage.Builder stage(String name, String says, Source source, String field) {
    Stage.Builder stage = Stage.newBuilder().setName(name).setSays(says);
    if (source.isDocument()) {
      stage
          .setField(field)
          .setSource(
              io.weft.api.v1.Source.newBuilder()
                  .setKind(source.kind())
                  .setNamespace(source.namespace())
                  .setName(source.name())
                  .setGeneration(source.generation()));
    }
    return stage;
  }
}
