package io.weft.core.explain;

import io.weft.api.v1.ImaginedRequest;
import io.weft.api.v1.ToldCall;
import io.weft.core.Mesh;
import io.weft.core.call.Failure;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.Protocol;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Tells of real calls by their records. */
final class CallStory {
  private CallStory() {}

  static ToldCall of(MadeCall call, Mesh mesh, long now) {
    MeshAnswer answer = call.answer;
    MadeCall.Told last = call.decisive();
    String outcome;
    boolean failed;
    if (answer != null) {
      outcome = answered(call.protocol, answer);
      failed = answer.status() >= 400;
    } else if (call.cancelled) {
      outcome = "given up by the application";
      failed = false;
    } else if (last == null) {
      outcome = "not sent";
      failed = true;
    } else {
      outcome = outcome(last);
      failed = last.failure() != null || last.status() >= 500 || last.grpcCode() > 0;
    }
    ImaginedRequest request =
        ImaginedRequest.newBuilder()
            .setProtocol(call.protocol == Protocol.GRPC ? "grpc" : "http")
            .setMethod(call.method)
            .setTarget(call.target)
            .build();
    return ToldCall.newBuilder()
        .setStartMillis(call.startMillis)
        .setTookMicros(call.tookMicros)
        .setPeer(call.service.toString())
        .setMethod(call.method)
        .setPath(path(call.target))
        .setOutcome(outcome)
        .setFailed(failed)
        .addAllStages(new OutboundStages(mesh, request, now).recall(call))
        .build();
  }

  static ToldCall of(ServedCall call) {
    MeshAnswer denial = call.judgement.denial();
    String outcome =
        denial != null
            ? answered(call.protocol, denial)
            : call.broke
                ? "broke off"
                : call.grpcCode >= 0 ? "gRPC " + call.grpcCode : Integer.toString(call.status);
    return ToldCall.newBuilder()
        .setInbound(true)
        .setStartMillis(call.startMillis)
        .setTookMicros(TimeUnit.NANOSECONDS.toMicros(call.tookNanos))
        .setPeer(call.peer.id())
        .setMethod(call.method)
        .setPath(path(call.target))
        .setOutcome(outcome)
        .setFailed(denial != null || call.broke || call.status >= 500 || call.grpcCode > 0)
        .addAllStages(call.policies.recall(new RecalledArrival(call), call.judgement))
        .build();
  }

  /** What came of an attempt. */
  static String outcome(MadeCall.Told attempt) {
    Failure failure = attempt.failure();
    if (failure != null) {
      return failure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    if (attempt.grpcCode() >= 0) {
      return "gRPC " + attempt.grpcCode();
    }
    if (attempt.lost()) {
      return "given up, as another was sooner";
    }
    return attempt.status() > 0 ? Integer.toString(attempt.status()) : "given up";
  }

  private static String answered(Protocol protocol, MeshAnswer answer) {
    return (protocol == Protocol.GRPC ? "gRPC " + answer.grpcCode() : answer.status())
        + " by the mesh: "
        + answer.reason();
  }

  // The query may hold what nobody wants to see.
  private static String path(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }
}
