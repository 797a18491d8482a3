package io.weft.control.compile;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.EndpointsDelta;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The endpoints of one service, and how to come to them from what they were a short while ago.
 * Whole lists and deltas are made once and shared by all who are sent them. Confined to one thread.
 */
public final class EndpointSet {
  private static final int REMEMBERED = 32;

  private final String service;
  private final LinkedHashMap<String, Map<String, Endpoint>> before = new LinkedHashMap<>();
  private final Map<String, Resource> deltas = new HashMap<>();
  private Map<String, Endpoint> now = Map.of();
  private Resource whole;
  private int ready;

  public EndpointSet(ServiceId service) {
    this.service = service.toString();
    this.whole = whole(now);
  }

  /** Takes what is there now; whether that is something else than before. */
  public boolean set(Collection<Endpoint> endpoints) {
    Map<String, Endpoint> next = new TreeMap<>();
    endpoints.forEach(endpoint -> next.put(endpoint.getUid(), endpoint));
    if (next.equals(now)) {
      return false;
    }
    before.put(hash(), now);
    Iterator<String> oldest = before.keySet().iterator();
    while (before.size() > REMEMBERED) {
      oldest.next();
      oldest.remove();
    }
    now = next;
    ready =
        (int) now.values().stream().filter(each -> each.getState() == InstanceState.READY).count();
    whole = whole(now);
    before.remove(hash());
    deltas.clear();
    return true;
  }

  /** Of what is there now. */
  public String hash() {
    return whole.getVersion().getHash();
  }

  /** How many of them are ready. */
  public int ready() {
    return ready;
  }

  /** For one who holds none. */
  public Resource whole() {
    return whole;
  }

  /** For one who holds what had that hash: a delta if it is known and shorter, else all. */
  public Resource since(String held) {
    Map<String, Endpoint> base = before.get(held);
    return base == null ? whole : deltas.computeIfAbsent(held, hash -> shorter(hash, base));
  }

  private Resource shorter(String hash, Map<String, Endpoint> base) {
    EndpointsDelta.Builder delta = EndpointsDelta.newBuilder().setBaseHash(hash);
    now.forEach(
        (uid, endpoint) -> {
          if (!endpoint.equals(base.get(uid))) {
            delta.addUpserted(endpoint);
          }
        });
    base.keySet().stream().filter(uid -> !now.containsKey(uid)).forEach(delta::addRemovedUids);
    Resource built =
        Resource.newBuilder().setVersion(whole.getVersion()).setEndpointsDelta(delta).build();
    return built.getSerializedSize() < whole.getSerializedSize() ? built : whole;
  }

  private Resource whole(Map<String, Endpoint> endpoints) {
    Endpoints all = Endpoints.newBuilder().addAllEndpoints(endpoints.values()).build();
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder()
                .setType(ResourceType.ENDPOINTS)
                .setName(service)
                .setHash(Hashes.of(all)))
        .setEndpoints(all)
        .build();
  }
}
