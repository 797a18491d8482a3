package io.weft.core.registry;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The libraries met in this process and what became of each, each said once. Thread-safe. */
public final class HookReports {

  private static final HookReports OF_THIS_PROCESS = new HookReports();

  private final Object lock = new Object();
  private final Set<HookReport> reports = new LinkedHashSet<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** The reports of this JVM. */
  public static HookReports ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  public void add(HookReport report) {
    boolean fresh;
    synchronized (lock) {
      fresh = reports.add(report);
    }
    if (fresh) {
      listeners.forEach(Runnable::run);
    }
  }

  /** All reports, in the order in which the libraries were met. */
  public List<HookReport> all() {
    synchronized (lock) {
      return new ArrayList<>(reports);
    }
  }

  /** Calls the listener, on the reporting thread, after each new report. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }
}
