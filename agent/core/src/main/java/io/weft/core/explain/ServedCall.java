package io.weft.core.explain;

import io.weft.core.call.Protocol;
import io.weft.core.identity.Peer;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundPolicies.InForce;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.inbound.Judgement;
import java.util.concurrent.TimeUnit;

/**
 * What is kept of a request that was served: nothing of the application's but texts. At most 256
 * bytes, as there is one for each request.
 */
final class ServedCall {
  final String traceId;
  final String requestId;
  final long startMillis;
  final long tookNanos;
  final Peer peer;
  final String address;
  final int port;
  final String method;
  final String target;
  final Protocol protocol;
  final int status;
  final int grpcCode;
  final boolean broke;
  final Judgement judgement;
  final InForce policies;

  ServedCall(
      InboundCall call,
      String requestId,
      InForce policies,
      int status,
      int grpcCode,
      boolean broke,
      long nowNanos,
      long nowMillis) {
    InboundRequest request = call.request();
    this.traceId = call.scope().trace().traceId();
    this.requestId = requestId;
    this.tookNanos = nowNanos - call.startNanos();
    this.startMillis = nowMillis - TimeUnit.NANOSECONDS.toMillis(tookNanos);
    this.peer = request.peer();
    this.address = request.peerAddress();
    this.port = request.localPort();
    this.method = request.method();
    this.target = RecentCalls.kept(request.target());
    this.protocol = request.protocol();
    this.status = status;
    this.grpcCode = grpcCode;
    this.broke = broke;
    this.judgement = call.judgement();
    this.policies = policies;
  }

  /** Whether it is likelier to be asked for than others. */
  boolean isNotable() {
    return judgement.denial() != null
        || !judgement.shadow().isEmpty()
        || judgement.fault() != null
        || broke
        || status >= 500
        || grpcCode > 0;
  }
}
