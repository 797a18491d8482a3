package io.weft.control.compile;

import io.weft.api.v1.Names;
import io.weft.api.v1.NamesDelta;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ServiceName;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names that agents were given a short while ago, and how to come from them to those of now: one
 * more service among thousands is not all of them again for everybody. Confined to one thread.
 */
public final class NamesHistory {
  /** Each namespace and each Egress may make names of its own. */
  private static final int REMEMBERED = 256;

  // The least recently used first.
  private final Map<String, Resource> recent = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Step, Resource> steps = new HashMap<>();

  private record Step(String from, String to) {}

  /**
   * The names for one who holds those of a hash: a delta if it is known and shorter, else all.
   *
   * @param held null for one who holds none, or cannot take a delta
   */
  public Resource since(@Nullable String held, Resource now) {
    String hash = now.getVersion().getHash();
    if (recent.putIfAbsent(hash, now) == null) {
      forget();
    }
    if (held == null || held.equals(hash)) {
      return now;
    }
    Resource base = recent.get(held);
    return base == null
        ? now
        : steps.computeIfAbsent(new Step(held, hash), step -> shorter(base, now));
  }

  private void forget() {
    Iterator<String> oldest = recent.keySet().iterator();
    while (recent.size() > REMEMBERED) {
      String gone = oldest.next();
      oldest.remove();
      steps.keySet().removeIf(step -> step.from().equals(gone) || step.to().equals(gone));
    }
  }

  private static Resource shorter(Resource base, Resource now) {
    Map<ServiceId, ServiceName> gone = new HashMap<>();
    base.getNames().getServicesList().forEach(each -> gone.put(id(each), each));
    NamesDelta.Builder delta = NamesDelta.newBuilder().setBaseHash(base.getVersion().getHash());
    for (ServiceName each : now.getNames().getServicesList()) {
      if (!each.equals(gone.remove(id(each)))) {
        delta.addUpserted(each);
      }
    }
    gone.keySet().stream().sorted().map(ServiceId::toString).forEach(delta::addRemoved);
    Names names = now.getNames();
    if (names.hasEgress()) {
      delta.setEgress(names.getEgress());
    }
    Resource built =
        Resource.newBuilder().setVersion(now.getVersion()).setNamesDelta(delta).build();
    return built.getSerializedSize() < now.getSerializedSize() ? built : now;
  }

  private static ServiceId id(ServiceName name) {
    return new ServiceId(name.getNamespace(), name.getName());
  }
}
