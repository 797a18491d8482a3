package io.weft.control.registry;

import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ServiceName;
import io.weft.control.compile.EndpointSet;
import io.weft.control.compile.ServiceId;
import io.weft.control.loop.Loop;
import io.weft.control.store.Commit;
import io.weft.control.store.ConfigStore;
import io.weft.control.store.ConfigStore.Change;
import io.weft.control.store.ConfigStore.Entry;
import io.weft.control.store.Mirror;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The instances that serve. What an agent says counts at once, here and for the agents of this
 * replica; the store and the other replicas follow as soon as the store can be reached.
 *
 * <p>An instance carries no lease: losing its stream, or the replica that held it, makes it LOST
 * after a grace, the last resort of callers, and it is collected after ten minutes. Only a clean
 * farewell removes it at once. Confined to the loop.
 */
public final class Registry {
  private static final String INSTANCES = "instances/";
  private static final String SERVICES = "services/";

  /** How long an agent may take to come back before callers are told. */
  private static final Duration STREAM_GRACE = Duration.ofSeconds(2);

  private static final Duration OWNER_GRACE = Duration.ofSeconds(15);

  /** How long after the last one that came over from a replica that is gone others may come. */
  private static final Duration COMING_OVER = Duration.ofSeconds(10);

  private static final Duration COLLECTED = Duration.ofMinutes(10);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final ConfigStore store;
  private final Loop loop;
  private final LongSupplier nanoTime;
  private final String replica;
  private final Predicate<String> isLive;
  private final Listener listener;
  private final Mirror instanceMirror;
  private final Mirror serviceMirror;

  private final Instances instances = new Instances();
  private final Map<ServiceId, FirstSeen> firstSeen = new TreeMap<>();
  private final Map<ServiceId, ServiceName> names = new HashMap<>();
  private final Map<ServiceId, EndpointSet> endpoints = new HashMap<>();
  private final Set<String> streams = new HashSet<>();
  // Keys whose value in the store is not yet what is here; null: to be removed.
  private final Map<String, @Nullable Object> unwritten = new LinkedHashMap<>();
  private boolean writing;
  // When an instance of a replica that is gone last found another.
  private @Nullable Long cameOver;

  /** Told on the loop. */
  public interface Listener {
    void endpointsChanged(ServiceId service);

    void servicesChanged();
  }

  /**
   * @param isLive whether a replica, by its id, lives
   */
  public Registry(
      ConfigStore store, Loop loop, String replica, Predicate<String> isLive, Listener listener) {
    this(store, loop, System::nanoTime, replica, isLive, listener);
  }

  Registry(
      ConfigStore store,
      Loop loop,
      LongSupplier nanoTime,
      String replica,
      Predicate<String> isLive,
      Listener listener) {
    this.store = store;
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.replica = replica;
    this.isLive = isLive;
    this.listener = listener;
    this.instanceMirror = new Mirror(store, INSTANCES, loop, this::instancesChanged);
    this.serviceMirror = new Mirror(store, SERVICES, loop, this::servicesChanged);
  }

  public void start() {
    serviceMirror.start();
    instanceMirror.start();
  }

  /** Lists anew, after the store has gone back or come back, and writes what it lacks. */
  public void relist() {
    start();
    for (String uid : streams) {
      instances.get(uid).ifPresent(mine -> write(key(mine), mine));
    }
  }

  public void close() {
    serviceMirror.close();
    instanceMirror.close();
  }

  /** Whether it is known what stands in the store. */
  public boolean isRead() {
    return instanceMirror.isListed();
  }

  /** All of them, the lost ones too. */
  public Collection<Instance> instances() {
    return instances.all();
  }

  /** Services by their first registration. */
  public Map<ServiceId, ServiceName> services() {
    // One object for as long as it is the same: compilers come and go, and names are many.
    names.keySet().retainAll(firstSeen.keySet());
    firstSeen.forEach(
        (id, seen) ->
            names.compute(
                id,
                (same, before) -> {
                  ServiceName now = seen.name(id);
                  return now.equals(before) ? before : now;
                }));
    return Map.copyOf(names);
  }

  /** The instance of a JVM, if one is known. */
  public Optional<Instance> instance(String uid) {
    return instances.get(uid);
  }

  /** The endpoints of a service for one who holds those of a hash. */
  public Resource endpoints(ServiceId service, @Nullable String held) {
    EndpointSet set = set(service);
    return held == null ? set.whole() : set.since(held);
  }

  /** How many instances of a service are ready. */
  public int ready(ServiceId service) {
    return set(service).ready();
  }

  /** Whether every instance of a service, or some, carries labels. */
  public boolean anyCarries(ServiceId service, Map<String, String> labels) {
    return instances.of(service).stream()
        .anyMatch(each -> each.labels().entrySet().containsAll(labels.entrySet()));
  }

  /** An agent's stream is up: until it ends, what it says of its instance counts. */
  public void connected(String uid) {
    streams.add(uid);
  }

  /**
   * Takes what an agent says of its instance.
   *
   * @return why not, in one line, if another holds one of its ports
   */
  public Optional<String> register(Instance instance) {
    List<Instance> colliding = instances.collidingWith(instance);
    for (Instance other : colliding) {
      if (other.state() != InstanceState.LOST
          && (!other.owner().equals(replica) || streams.contains(other.uid()))) {
        return Optional.of(
            String.join(",", instance.addresses())
                + " with one of its ports is instance "
                + other.uid()
                + " of "
                + other.id()
                + " already");
      }
    }
    // What listened there before can do so no longer.
    colliding.forEach(gone -> remove(gone.uid()));
    if (!instances.get(instance.uid()).equals(Optional.of(instance))) {
      write(key(instance), instance);
      take(instance);
      firstSeen(instance);
    }
    return Optional.empty();
  }

  /** Out of every caller's rotation, though still there. */
  public void drain(String uid) {
    change(uid, InstanceState.DRAINING);
  }

  /** A clean end. */
  public void remove(String uid) {
    Instance gone = instances.remove(uid);
    streams.remove(uid);
    if (gone != null) {
      write(key(gone), null);
      left(gone);
    }
  }

  /** The stream broke: lost, unless the agent comes back within the grace. */
  public void disconnected(String uid) {
    streams.remove(uid);
    loop.after(STREAM_GRACE, () -> loseIf(uid, each -> each.owner().equals(replica)));
  }

  /** It may be here no longer: gone, unless its agent comes back within the grace. */
  public void expelled(String uid) {
    streams.remove(uid);
    loop.after(
        STREAM_GRACE,
        () ->
            instance(uid)
                .filter(each -> !streams.contains(uid) && each.owner().equals(replica))
                .ifPresent(each -> remove(uid)));
  }

  /**
   * A replica came or went: what it held is lost after a grace, and not as long as agents of it are
   * still coming to others. Thousands take a while.
   */
  public void replicasChanged() {
    loop.after(OWNER_GRACE, this::loseOrphans);
  }

  void loseOrphans() {
    List<Instance> orphans =
        instances.all().stream().filter(each -> !isLive.test(each.owner())).toList();
    if (orphans.isEmpty()) {
      return;
    }
    Long last = cameOver;
    if (last != null && nanoTime.getAsLong() - last < COMING_OVER.toNanos()) {
      loop.after(COMING_OVER, this::loseOrphans);
    } else {
      orphans.forEach(each -> loseIf(each.uid(), now -> !isLive.test(now.owner())));
    }
  }

  private void loseIf(String uid, Predicate<Instance> still) {
    if (!streams.contains(uid) && instances.get(uid).filter(still).isPresent()) {
      change(uid, InstanceState.LOST);
    }
  }

  private void change(String uid, InstanceState state) {
    instances
        .get(uid)
        .filter(before -> before.state() != state)
        .map(before -> before.with(state))
        .ifPresent(
            now -> {
              write(key(now), now);
              take(now);
            });
  }

  private void take(Instance now) {
    Instance before = instances.put(now);
    if (before != null && !before.id().equals(now.id())) {
      left(before);
    }
    if (before != null && !before.owner().equals(now.owner()) && !isLive.test(before.owner())) {
      cameOver = nanoTime.getAsLong();
    }
    if (now.state() == InstanceState.LOST
        && (before == null || before.state() != InstanceState.LOST)) {
      loop.after(COLLECTED, () -> collect(now.uid()));
    }
    boolean changed =
        now.isRoutable() ? set(now.id()).put(now.endpoint()) : set(now.id()).remove(now.uid());
    if (changed) {
      listener.endpointsChanged(now.id());
    }
  }

  private void left(Instance gone) {
    if (set(gone.id()).remove(gone.uid())) {
      listener.endpointsChanged(gone.id());
    }
  }

  private void collect(String uid) {
    if (instances.get(uid).filter(now -> now.state() == InstanceState.LOST).isPresent()) {
      remove(uid);
    }
  }

  private void firstSeen(Instance instance) {
    if (instance.ports().isEmpty()) {
      return;
    }
    FirstSeen before = firstSeen.get(instance.id());
    FirstSeen seen =
        before == null || before.uid().equals(instance.uid()) || isAlone(instance)
            ? FirstSeen.of(instance)
            : before.with(instance);
    if (!seen.equals(before)) {
      firstSeen.put(instance.id(), seen);
      write(SERVICES + instance.id(), seen);
      listener.servicesChanged();
    }
  }

  // A service that comes back after all its instances went is what it is now.
  private boolean isAlone(Instance instance) {
    return instances.of(instance.id()).stream()
        .noneMatch(
            each -> !each.uid().equals(instance.uid()) && each.state() == InstanceState.READY);
  }

  private EndpointSet set(ServiceId service) {
    return endpoints.computeIfAbsent(service, EndpointSet::new);
  }

  private void instancesChanged(List<Change> changes) {
    boolean orphaned = false;
    for (Change change : changes) {
      if (unwritten.containsKey(change.key())) {
        continue;
      }
      Entry entry = change.now();
      String uid = change.key().substring(change.key().lastIndexOf('/') + 1);
      if (entry == null) {
        if (!streams.contains(uid)) {
          Instance gone = instances.remove(uid);
          if (gone != null) {
            left(gone);
          }
        }
        continue;
      }
      Instance told =
          Stored.read(entry.value(), Instance.class)
              .filter(each -> each.uid().equals(uid))
              .orElse(null);
      if (told != null && (!streams.contains(uid) || !told.owner().equals(replica))) {
        streams.remove(uid);
        take(told);
        orphaned |= !isLive.test(told.owner());
      }
    }
    if (orphaned) {
      replicasChanged();
    }
  }

  private void servicesChanged(List<Change> changes) {
    Map<ServiceId, FirstSeen> before = Map.copyOf(firstSeen);
    for (Change change : changes) {
      Entry entry = change.now();
      ServiceId.parse(change.key().substring(SERVICES.length()))
          .ifPresent(
              id -> {
                if (entry == null) {
                  firstSeen.remove(id);
                } else {
                  Stored.read(entry.value(), FirstSeen.class)
                      .ifPresent(seen -> firstSeen.put(id, seen));
                }
              });
    }
    // What was written here comes back from the store, and is no news.
    if (!before.equals(firstSeen)) {
      listener.servicesChanged();
    }
  }

  private static String key(Instance instance) {
    return INSTANCES + instance.id() + "/" + instance.uid();
  }

  private void write(String key, @Nullable Object value) {
    unwritten.remove(key);
    unwritten.put(key, value);
    writeOut();
  }

  // One transaction at a time; what changes meanwhile goes with the next.
  private void writeOut() {
    if (writing || unwritten.isEmpty()) {
      return;
    }
    writing = true;
    Map<String, @Nullable Object> batch = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> each : unwritten.entrySet()) {
      if (batch.size() < Commit.MOST_WRITES) {
        batch.put(each.getKey(), each.getValue());
      }
    }
    Commit commit = new Commit();
    batch.forEach(
        (key, value) -> {
          if (value == null) {
            commit.delete(key);
          } else {
            commit.put(key, Stored.write(value));
          }
        });
    var unused =
        store
            .commit(commit)
            .whenCompleteAsync(
                (result, fault) -> {
                  writing = false;
                  if (fault != null) {
                    loop.after(RETRY, this::writeOut);
                    return;
                  }
                  List<String> done = new ArrayList<>();
                  batch.forEach(
                      (key, value) -> {
                        if (Objects.equals(value, unwritten.get(key))) {
                          done.add(key);
                        }
                      });
                  done.forEach(unwritten::remove);
                  writeOut();
                },
                loop);
  }
}
