package io.weft.control.compile;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.EndpointsDelta;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one service, and how to come to them from what they were a short while ago.
 * Whole lists and deltas are made once and shared by all who are sent them. Confined to one thread.
 */
public final class EndpointSet {
  // While a service is replaced, its versions follow each other faster than busy callers take them.
  private static final int FEWEST_REMEMBERED = 32;
  private static final int MOST_REMEMBERED = 256;
  private static final int ENDPOINTS_REMEMBERED = 128_000;

  private final String service;
  // As it is; what is made of it for others is made when they ask.
  private final Map<String, Endpoint> latest = new TreeMap<>();
  private final LinkedHashMap<String, Map<String, Endpoint>> before = new LinkedHashMap<>();
  private final Map<String, Resource> deltas = new HashMap<>();
  private Map<String, Endpoint> now = Map.of();
  private Resource whole;
  private boolean changed;
  private int ready;

  public EndpointSet(ServiceId service) {
    this.service = service.toString();
    this.whole = whole(now);
  }

  /** Takes one in, in place of the one of its uid; whether that is something else than before. */
  public boolean put(Endpoint endpoint) {
    Endpoint other = latest.put(endpoint.getUid(), endpoint);
    if (endpoint.equals(other)) {
      return false;
    }
    ready += count(endpoint) - count(other);
    changed = true;
    return true;
  }

  /** Takes one out; whether there was one of that uid. */
  public boolean remove(String uid) {
    Endpoint gone = latest.remove(uid);
    ready -= count(gone);
    changed |= gone != null;
    return gone != null;
  }

  private static int count(@Nullable Endpoint endpoint) {
    return endpoint != null && endpoint.getState() == InstanceState.READY ? 1 : 0;
  }

  /** How many of them are ready. */
  public int ready() {
    return ready;
  }

  /** For one who holds none. */
  public Resource whole() {
    settle();
    return whole;
  }

  /** For one who holds what had that hash: a delta if it is known and shorter, else all. */
  public Resource since(String held) {
    settle();
    Map<String, Endpoint> base = before.get(held);
    return base == null ? whole : deltas.computeIfAbsent(held, hash -> shorter(hash, base));
  }

  // However much has changed since somebody asked last, it is one step.
  private void settle() {
    if (!changed) {
      return;
    }
    changed = false;
    if (latest.equals(now)) {
      return;
    }
    before.put(hash(), now);
    Iterator<String> oldest = before.keySet().iterator();
    int remembered =
        Math.max(
            FEWEST_REMEMBERED,
            Math.min(MOST_REMEMBERED, ENDPOINTS_REMEMBERED / Math.max(1, latest.size())));
    while (before.size() > remembered) {
      oldest.next();
      oldest.remove();
    }
    now = Collections.unmodifiableMap(new TreeMap<>(latest));
    whole = whole(now);
    before.remove(hash());
    deltas.clear();
  }

  private String hash() {
    return whole.getVersion().getHash();
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
