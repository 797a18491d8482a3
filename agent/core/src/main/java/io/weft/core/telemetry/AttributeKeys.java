package io.weft.core.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * The attributes of spans and metrics: those of OpenTelemetry's semantic conventions for HTTP and
 * RPC, and the mesh's own.
 */
final class AttributeKeys {
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<Long> RESENDS = AttributeKey.longKey("http.request.resend_count");
  static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
  static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
  static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
  static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system");
  static final AttributeKey<String> RPC_SERVICE = AttributeKey.stringKey("rpc.service");
  static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
  static final AttributeKey<Long> RPC_STATUS = AttributeKey.longKey("rpc.grpc.status_code");

  static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("weft.destination");
  static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("weft.endpoint");
  static final AttributeKey<String> VERSION = AttributeKey.stringKey("weft.endpoint.version");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("weft.attempt");
  static final AttributeKey<Boolean> HEDGE = AttributeKey.booleanKey("weft.hedge");
  static final AttributeKey<Boolean> LOST = AttributeKey.booleanKey("weft.lost");
  static final AttributeKey<String> RULE = AttributeKey.stringKey("weft.rule");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weft.policy.route");
  static final AttributeKey<String> RETRY = AttributeKey.stringKey("weft.policy.retry");
  static final AttributeKey<String> TIMEOUT = AttributeKey.stringKey("weft.policy.timeout");
  static final AttributeKey<String> BALANCER = AttributeKey.stringKey("weft.policy.load_balancer");
  static final AttributeKey<Long> GENERATION = AttributeKey.longKey("weft.generation");
  static final AttributeKey<String> PEER = AttributeKey.stringKey("weft.peer");
  static final AttributeKey<Boolean> ENCRYPTED = AttributeKey.booleanKey("weft.mtls");
  static final AttributeKey<String> DENIED_BY = AttributeKey.stringKey("weft.denied.by");
  static final AttributeKey<String> INJECTED_BY = AttributeKey.stringKey("weft.fault.by");
  static final AttributeKey<Long> INJECTED_DELAY = AttributeKey.longKey("weft.fault.delay_ms");
  static final AttributeKey<Boolean> INJECTED_ABORT = AttributeKey.booleanKey("weft.fault.abort");
  static final AttributeKey<String> DROPPED_BY = AttributeKey.stringKey("weft.dropped.by");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("weft.reason");
  static final AttributeKey<String> POLICY = AttributeKey.stringKey("weft.policy");
  static final AttributeKey<String> MODE = AttributeKey.stringKey("weft.mode");
  static final AttributeKey<String> OUTLIERS =
      AttributeKey.stringKey("weft.policy.outlier_detection");
  static final AttributeKey<String> CHECKS = AttributeKey.stringKey("weft.policy.health_check");
  static final AttributeKey<String> HEALTH = AttributeKey.stringKey("weft.health");
  static final AttributeKey<String> VERDICT = AttributeKey.stringKey("weft.verdict");
  static final AttributeKey<String> BREAKER = AttributeKey.stringKey("weft.policy.circuit_breaker");
  static final AttributeKey<String> LIMIT = AttributeKey.stringKey("weft.policy.concurrency_limit");

  private AttributeKeys() {}
}
