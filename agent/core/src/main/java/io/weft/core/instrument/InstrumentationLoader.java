package io.weft.core.instrument;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where an adapter lives: one loader for each loader of the application that holds an instrumented
 * library. It defines {@code io.weft.instrumentation.*} from the agent's own bytes, takes the core
 * from the agent, and all else from the application, which it does not keep alive.
 */
final class InstrumentationLoader extends ClassLoader {
  static final String ADAPTERS = "io.weft.instrumentation.";
  private static final String AGENT = "io.weft.";

  // An adapter loader is reachable from hooked call sites of its application loader alone.
  private static final Map<ClassLoader, Map<Relocation, WeakReference<InstrumentationLoader>>>
      LOADERS = new WeakHashMap<>();
  private static final Map<Relocation, InstrumentationLoader> BOOT = new ConcurrentHashMap<>();

  static {
    registerAsParallelCapable();
  }

  private final @Nullable WeakReference<ClassLoader> application;
  private final Relocation relocation;

  private InstrumentationLoader(@Nullable ClassLoader application, Relocation relocation) {
    super("weft-adapters", InstrumentationLoader.class.getClassLoader());
    this.application = application == null ? null : new WeakReference<>(application);
    this.relocation = relocation;
  }

  /** The adapters' loader for a loader of the application; null stands for the boot loader. */
  static InstrumentationLoader of(@Nullable ClassLoader application, Relocation relocation) {
    if (application == null) {
      return BOOT.computeIfAbsent(relocation, r -> new InstrumentationLoader(null, r));
    }
    synchronized (LOADERS) {
      Map<Relocation, WeakReference<InstrumentationLoader>> of =
          LOADERS.computeIfAbsent(application, a -> new ConcurrentHashMap<>());
      WeakReference<InstrumentationLoader> known = of.get(relocation);
      InstrumentationLoader loader = known == null ? null : known.get();
      if (loader == null) {
        loader = new InstrumentationLoader(application, relocation);
        of.put(relocation, new WeakReference<>(loader));
      }
      return loader;
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      if (name.startsWith(ADAPTERS)) {
        if (!relocation.owns(name)) {
          return of(applicationLoader(), Relocation.NONE).loadClass(name, resolve);
        }
        byte[] bytes = adapter(name, relocation);
        return defineClass(name, bytes, 0, bytes.length);
      }
      if (name.startsWith(AGENT)) {
        return getParent().loadClass(name);
      }
      return Class.forName(name, false, applicationLoader());
    }
  }

  /** The bytes of an adapter's class, fitted to a relocated library. */
  static byte[] adapter(String name, Relocation relocation) throws ClassNotFoundException {
    String resource = name.replace('.', '/') + ".class";
    try (InputStream in =
        InstrumentationLoader.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return relocation.isNone() ? bytes : Relocator.relocate(bytes, relocation);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private @Nullable ClassLoader applicationLoader() throws ClassNotFoundException {
    if (application == null) {
      return null;
    }
    ClassLoader loader = application.get();
    if (loader == null) {
      throw new ClassNotFoundException("the application's loader is gone");
    }
    return loader;
  }
}
