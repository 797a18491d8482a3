package io.weft.core.fault;

import io.weft.api.v1.Fault;
import io.weft.core.call.GrpcCodes;
import io.weft.core.call.Protocol;
import io.weft.core.call.RequestHead;
import io.weft.core.config.Source;
import io.weft.core.explain.Stages;
import io.weft.core.route.RequestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which requests suffer what on purpose. Whether one is delayed and whether it is answered are two
 * draws, as in Istio and Envoy. Immutable.
 *
 * @param matches any of them; empty for every request
 * @param delayShare of the requests meant, in {@link #WHOLE WHOLEs}
 * @param status what HTTP requests are answered
 * @param grpcCode what gRPC calls are answered
 * @param abortShare as the other
 */
public record FaultPolicy(
    Source source,
    boolean shadow,
    List<RequestMatch> matches,
    long delayNanos,
    int delayShare,
    int status,
    int grpcCode,
    int abortShare) {

  /** Nobody suffers anything. */
  public static final FaultPolicy NONE =
      new FaultPolicy(Source.BUILT_IN, false, List.of(), 0, 0, 0, 0, 0);

  private static final int WHOLE = 100_000;

  /**
   * As control sent it.
   *
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  public static FaultPolicy of(Fault fault) {
    int status = fault.getAbortHttpStatus();
    int code = fault.getAbortGrpcCode();
    return new FaultPolicy(
        Source.of(fault.getSource()),
        fault.getShadow(),
        RequestMatch.of(fault.getMatchesList()),
        fault.getDelayNanos(),
        fault.getDelayMillipercent(),
        status == 0 && code > 0 ? GrpcCodes.toStatus(code) : status,
        code == 0 && status > 0 ? GrpcCodes.ofStatus(status) : code,
        fault.getAbortMillipercent());
  }

  /** Whether a request may suffer anything. */
  public boolean means(RequestHead request) {
    return (delayShare > 0 || abortShare > 0) && RequestMatch.any(matches, request);
  }

  /** What requests that are meant suffer, in words: {@code 5% held back for 2s (shadow)}. */
  public String says(Protocol protocol) {
    List<String> parts = new ArrayList<>();
    if (delayShare > 0) {
      parts.add(Stages.share(delayShare) + " held back for " + Stages.time(delayNanos));
    }
    if (abortShare > 0) {
      String answer = protocol == Protocol.GRPC ? "gRPC " + grpcCode : Integer.toString(status);
      parts.add(Stages.share(abortShare) + " answered " + answer);
    }
    return String.join(", ", parts) + (shadow ? " (shadow)" : "");
  }

  /** Whether no request that is meant comes through. */
  public boolean abortsAll() {
    return !shadow && abortShare >= WHOLE;
  }

  /** What a request suffers; null for nothing. */
  public @Nullable InjectedFault draw(RequestHead request, RandomGenerator chance) {
    if (!means(request)) {
      return null;
    }
    boolean delays = isDrawn(delayShare, chance);
    boolean aborts = isDrawn(abortShare, chance);
    return delays || aborts
        ? new InjectedFault(
            source, shadow, delays ? delayNanos : 0, aborts ? status : 0, aborts ? grpcCode : -1)
        : null;
  }

  private static boolean isDrawn(int share, RandomGenerator chance) {
    return share > 0 && chance.nextInt(WHOLE) < share;
  }
}
