package io.weft.core.endpoint;

import io.weft.core.external.External;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One port of one instance.
 *
 * @param uid the instance's, new at each start of its JVM
 * @param address host name or IP literal without brackets
 * @param tls what the port speaks; the caller follows it, not the scheme of its URL
 * @param principal the SPIFFE ID its certificate must have; empty if it has none
 * @param zone where it runs; empty where nobody has said it
 * @param weight relative to the other endpoints, at least 1
 * @param lost whether control has lost the instance: a last resort
 * @param load what changes by itself, shared by all pushes that name this endpoint
 * @param health what those think of it who watch it for a set of endpoints
 * @param external the hosts that it is one of; null of an instance of the mesh
 */
public record Endpoint(
    String uid,
    String address,
    int port,
    EndpointTls tls,
    String principal,
    Map<String, String> labels,
    String zone,
    int weight,
    boolean lost,
    EndpointLoad load,
    EndpointHealth health,
    @Nullable External external) {

  /** Of an instance of the mesh. */
  public Endpoint(
      String uid,
      String address,
      int port,
      EndpointTls tls,
      String principal,
      Map<String, String> labels,
      String zone,
      int weight,
      boolean lost,
      EndpointLoad load,
      EndpointHealth health) {
    this(uid, address, port, tls, principal, labels, zone, weight, lost, load, health, null);
  }

  /** The same, watched. */
  public Endpoint watched(EndpointHealth by) {
    return new Endpoint(
        uid, address, port, tls, principal, labels, zone, weight, lost, load, by, external);
  }

  /** Whether calls go to others as long as there are any. */
  public boolean isShunned(long now) {
    return load.avoided(now) || health.passedOver(now);
  }

  /** {@code address:port}, an IPv6 literal in brackets. */
  public String authority() {
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }
}
