package io.weft.core.registry;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The ports on which this process listens, as the server adapters see them open and close.
 *
 * <p>Adapters report from the first moment, before settings are read or control is reached; what is
 * to be told to control is decided later. Thread-safe; never blocks on I/O, never throws.
 */
public final class Ports {

  private static final Ports OF_THIS_PROCESS = new Ports();

  private final Object lock = new Object();
  private final Map<Binding, PortInfo> bindings = new LinkedHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** The ports of this JVM. */
  public static Ports ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * A server has begun to listen: call once the socket is bound and accepts, and close the answer
   * when it no longer does.
   */
  public BoundPort bound(PortInfo port) {
    Binding binding = new Binding();
    synchronized (lock) {
      bindings.put(binding, port);
    }
    changed();
    return binding;
  }

  /** The ports open now, one of each number (the latest binding of it), by number. */
  public List<PortInfo> open() {
    Map<Integer, PortInfo> latest = new LinkedHashMap<>();
    synchronized (lock) {
      bindings.values().forEach(port -> latest.put(port.number(), port));
    }
    return latest.values().stream().sorted(Comparator.comparingInt(PortInfo::number)).toList();
  }

  /** Calls the listener, on the reporting thread, after each change. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private final class Binding implements BoundPort {
    @Override
    public void close() {
      boolean removed;
      synchronized (lock) {
        removed = bindings.remove(this) != null;
      }
      if (removed) {
        changed();
      }
    }
  }
}
