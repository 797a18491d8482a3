package io.weft.core.external;

import io.weft.core.log.Log;
import io.weft.core.thread.AgentThread;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up in the background, again and again, so that no call waits for DNS. Where DNS
 * fails, what it said last stays. Thread-safe.
 */
public final class HostLookups {
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 5;
  private static final int THREADS = 2;

  private final Map<String, Lookup> lookups = new ConcurrentHashMap<>();
  private final Dns dns;
  private final Later later;
  private final Runnable changed;

  /** Who is asked. */
  interface Dns {
    InetAddress[] find(String name) throws UnknownHostException;
  }

  /** Runs something on a thread that may wait. */
  interface Later {
    void run(Duration delay, Runnable work);
  }

  /**
   * Threads of the agent's, made with the first name: an executor is hooked as it is loaded, which
   * before main would have the application wait for Byte Buddy.
   */
  private static final class OwnThreads implements Later {
    private @Nullable ScheduledThreadPoolExecutor threads;

    @Override
    public void run(Duration delay, Runnable work) {
      var unused = threads().schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized ScheduledThreadPoolExecutor threads() {
      if (threads == null) {
        threads = new ScheduledThreadPoolExecutor(THREADS, AgentThread.factory("dns"));
      }
      return threads;
    }
  }

  /** One name. Confined to one task after the other, but for its addresses. */
  private static final class Lookup {
    private final String name;
    private volatile @Nullable List<String> addresses;
    private int failures;

    Lookup(String name) {
      this.name = name;
    }
  }

  /**
   * Asks whom this JVM asks, on threads that start with the first name.
   *
   * @param changed run, on a thread of these, when a name was answered otherwise than before
   */
  public HostLookups(Runnable changed) {
    this(InetAddress::getAllByName, new OwnThreads(), changed);
  }

  HostLookups(Dns dns, Later later, Runnable changed) {
    this.dns = dns;
    this.later = later;
    this.changed = changed;
  }

  /** These names are wanted from now on, and no others. */
  public void want(Set<String> names) {
    lookups.keySet().retainAll(names);
    for (String name : names) {
      Lookup fresh = new Lookup(name);
      if (lookups.putIfAbsent(name, fresh) == null) {
        later.run(Duration.ZERO, () -> ask(fresh));
      }
    }
  }

  /** Whether DNS has said anything of a name, and be it that there is no such. */
  public boolean isAnswered(String name) {
    Lookup lookup = lookups.get(name);
    return lookup != null && lookup.addresses != null;
  }

  /** The addresses of a name, as literals; none if it is not known or has none. */
  public List<String> addresses(String name) {
    Lookup lookup = lookups.get(name);
    List<String> known = lookup == null ? null : lookup.addresses;
    return known == null ? List.of() : known;
  }

  private void ask(Lookup lookup) {
    if (lookups.get(lookup.name) != lookup) {
      return;
    }
    List<String> before = lookup.addresses;
    List<String> found;
    Duration pause = EVERY;
    try {
      found = literals(dns.find(lookup.name));
      lookup.failures = 0;
    } catch (UnknownHostException | RuntimeException e) {
      found = before == null ? List.of() : before;
      pause = FIRST_PAUSE.multipliedBy(1L << Math.min(lookup.failures, MOST_DOUBLINGS));
      pause = pause.compareTo(EVERY) < 0 ? pause : EVERY;
      if (lookup.failures++ == 0) {
        Log.warn(
            "DNS does not know %s, %s: %s"
                .formatted(
                    lookup.name,
                    found.isEmpty() ? "so that calls to it fail" : "its last addresses stay in use",
                    e.getMessage()));
      }
    }
    lookup.addresses = found;
    later.run(pause, () -> ask(lookup));
    if (!found.equals(before)) {
      changed.run();
    }
  }

  // Of the kind that the JVM prefers, as its own clients take the first: the other may lead
  // nowhere.
  private static List<String> literals(InetAddress[] found) {
    return Arrays.stream(found)
        .filter(each -> each.getClass() == found[0].getClass())
        .map(InetAddress::getHostAddress)
        .distinct()
        .sorted()
        .toList();
  }
}
