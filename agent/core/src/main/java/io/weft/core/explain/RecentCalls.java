package io.weft.core.explain;

import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.scope.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last calls of this process, made and served, to be told of when somebody asks. Those that
 * failed, were denied or tried again do not give way to others, nor those of traces that are kept
 * to those of traces that are not.
 *
 * <p>Thread-safe; noting takes no lock, and leaves no more than 256 bytes and the texts of the
 * request. Some thousand calls are kept, in less than five megabytes.
 */
public final class RecentCalls {
  private static final int KEPT = 512;
  private static final int LONGEST = 512;
  private static final String REQUEST_ID = "x-request-id";
  private static final RecentCalls OF_THIS_PROCESS =
      new RecentCalls(System::nanoTime, System::currentTimeMillis);

  private final LongSupplier nanos;
  private final LongSupplier millis;
  private final Rings<MadeCall> made = new Rings<>();
  private final Rings<ServedCall> served = new Rings<>();

  private static final class Rings<T> {
    private final Ring<T> notable = new Ring<>(KEPT);
    private final Ring<T> sampled = new Ring<>(KEPT);
    private final Ring<T> others = new Ring<>(KEPT);

    void add(T call, boolean isNotable, boolean isSampled) {
      (isNotable ? notable : isSampled ? sampled : others).add(call);
    }

    List<T> all(Predicate<T> wanted) {
      List<T> all = new ArrayList<>(notable.all());
      all.addAll(sampled.all());
      all.addAll(others.all());
      all.removeIf(wanted.negate());
      return all;
    }
  }

  private RecentCalls(LongSupplier nanos, LongSupplier millis) {
    this.nanos = nanos;
    this.millis = millis;
  }

  /** Those of this JVM. */
  public static RecentCalls ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Others, for tests. */
  public static RecentCalls separate(LongSupplier nanos, LongSupplier millis) {
    return new RecentCalls(nanos, millis);
  }

  /** A call has ended. */
  public void made(OutboundCall call, TraceContext trace) {
    String id = call.request().protocol() == Protocol.HTTP ? call.request().header(REQUEST_ID) : "";
    if (trace.exists() || !id.isEmpty()) {
      MadeCall kept = new MadeCall(call, trace.traceId(), kept(id), millis.getAsLong());
      made.add(kept, kept.isNotable(), trace.sampled());
    }
  }

  /** A request has been answered, or broke off. */
  public void served(
      InboundCall call,
      InboundPolicies policies,
      int status,
      int grpcCode,
      @Nullable Throwable why) {
    InboundRequest request = call.request();
    String id = request.protocol() == Protocol.HTTP ? request.header(REQUEST_ID) : "";
    TraceContext trace = call.scope().trace();
    if (trace.exists() || !id.isEmpty()) {
      ServedCall kept =
          new ServedCall(
              call,
              kept(id),
              policies.inForce(),
              status,
              grpcCode,
              why != null,
              nanos.getAsLong(),
              millis.getAsLong());
      served.add(kept, kept.isNotable(), trace.sampled());
    }
  }

  /** Those made under a trace or request id. */
  List<MadeCall> madeUnder(String id) {
    return made.all(call -> call.traceId.equals(id) || call.requestId.equals(id));
  }

  /** Those served under a trace or request id. */
  List<ServedCall> servedUnder(String id) {
    return served.all(call -> call.traceId.equals(id) || call.requestId.equals(id));
  }

  /** A text as far as it is kept: whoever writes long ones shall not fill this memory. */
  static String kept(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }
}
