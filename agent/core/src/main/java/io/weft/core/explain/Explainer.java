package io.weft.core.explain;

import io.weft.api.v1.Ask;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.ImaginedRequest;
import io.weft.core.Mesh;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.link.Questions;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Answers by what is in force in this process, with the code that decides on real requests. */
public final class Explainer implements Questions {
  private static final int MOST_CALLS = 100;

  private final Mesh mesh;
  private final InboundPolicies policies;
  private final RecentCalls recent;
  private final Supplier<List<Integer>> ports;
  private final LongSupplier clock;

  /**
   * @param ports on which this process listens
   * @param clock nanoseconds, as of {@link System#nanoTime}
   */
  public Explainer(
      Mesh mesh,
      InboundPolicies policies,
      RecentCalls recent,
      Supplier<List<Integer>> ports,
      LongSupplier clock) {
    this.mesh = mesh;
    this.policies = policies;
    this.recent = recent;
    this.ports = ports;
    this.clock = clock;
  }

  @Override
  public void answer(Ask ask, Consumer<Explanation> then) {
    try {
      switch (ask.getQuestionCase()) {
        case OUTBOUND -> outbound(ask.getOutbound(), then);
        case INBOUND ->
            then.accept(
                Explanation.newBuilder()
                    .addAllStages(policies.explain(new ImaginedArrival(here(ask.getInbound()))))
                    .build());
        case REQUEST -> then.accept(recall(ask.getRequest()));
        case QUESTION_NOT_SET -> then.accept(unknown("this agent does not know that question"));
      }
    } catch (RuntimeException | LinkageError e) {
      then.accept(unknown(String.valueOf(e.getMessage())));
    }
  }

  private Explanation recall(String id) {
    Explanation.Builder told = Explanation.newBuilder();
    long now = clock.getAsLong();
    recent.madeUnder(id).stream()
        .limit(MOST_CALLS)
        .forEach(call -> told.addCalls(CallStory.of(call, mesh, now)));
    recent.servedUnder(id).stream()
        .limit(MOST_CALLS)
        .forEach(call -> told.addCalls(CallStory.of(call)));
    return told.build();
  }

  // It may have been meant for another instance, which listens elsewhere.
  private ImaginedRequest here(ImaginedRequest request) {
    List<Integer> ports = this.ports.get();
    return ports.isEmpty() || ports.contains(request.getPort())
        ? request
        : request.toBuilder().setPort(ports.get(0)).build();
  }

  private void outbound(ImaginedRequest request, Consumer<Explanation> then) {
    Authority called = Authority.of(request.getAuthority());
    Destination destination =
        mesh.lookUp(
            called.host(),
            called.port(),
            request.getProtocol().equals("grpc") ? Protocol.GRPC : Protocol.HTTP);
    if (destination.isMesh() && destination.routes() == null) {
      // As its first call would, this asks for the config, which comes in a moment.
      awaitConfig(destination, request, then);
      return;
    }
    then.accept(new OutboundStages(mesh, request, clock.getAsLong()).explain(destination));
  }

  private void awaitConfig(
      Destination destination, ImaginedRequest request, Consumer<Explanation> then) {
    long seen = mesh.configGeneration();
    mesh.subscribe(destination.service());
    mesh.onConfigAfter(
        seen,
        () -> {
          Destination now = mesh.refresh(destination);
          if (now.routes() == null) {
            awaitConfig(now, request, then);
          } else {
            then.accept(new OutboundStages(mesh, request, clock.getAsLong()).explain(now));
          }
        });
  }

  private static Explanation unknown(String why) {
    return Explanation.newBuilder().setError(why).build();
  }
}
