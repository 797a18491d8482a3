package io.weft.core.thread;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the agent's own threads and tells them from the application's.
 *
 * <p>They are daemons, their context class loader is the agent's, and they belong to one thread
 * group. A thread started by an agent thread inherits all three, so that the worker threads of
 * libraries the agent uses (gRPC, OpenTelemetry) are agent threads as well. Traffic of agent
 * threads is never meshed or traced.
 */
public final class AgentThread {

  private static final ThreadGroup GROUP = new ThreadGroup(rootGroup(), "weft");

  private AgentThread() {}

  /** Whether the calling thread is one of the agent's; no allocation, no lock. */
  public static boolean isCurrent() {
    return Thread.currentThread().getThreadGroup() == GROUP;
  }

  /** A thread, not yet started, of the given name. */
  public static Thread of(String name, Runnable work) {
    Thread thread = new Thread(GROUP, work, "weft-" + name);
    thread.setDaemon(true);
    thread.setContextClassLoader(AgentThread.class.getClassLoader());
    return thread;
  }

  /** A factory that numbers its threads: {@code weft-<name>-1} and on. Thread-safe. */
  public static ThreadFactory factory(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> of(name + "-" + number.incrementAndGet(), work);
  }

  // The group of the thread that happens to start the agent may be one the application destroys.
  private static ThreadGroup rootGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }
}
