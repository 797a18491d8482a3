package io.weft.bootstrap;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.Collections;
import java.util.Deque;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Holds the agent and its libraries, where the application cannot see them: they lie in the jar
 * under {@code inst/}, classes as {@code .classdata}. Its parent is the platform loader, so the
 * application's class path is as invisible to the agent as the agent is to the application.
 */
final class AgentClassLoader extends ClassLoader {
  private static final String ROOT = "inst/";

  static {
    registerAsParallelCapable();
  }

  // Nearly all classes are smaller.
  private static final int BUFFER = 16 << 10;

  // Read into over and over: arrays of their own would be megabytes of garbage at each start. More
  // than one, as a class that is defined may have others loaded.
  private final Deque<byte[]> buffers = new ConcurrentLinkedDeque<>();
  private final JarFile jar;
  private final String base;

  AgentClassLoader(File file) throws IOException {
    super("weft-agent", ClassLoader.getPlatformClassLoader());
    this.jar = new JarFile(file, false);
    this.base = "jar:" + file.toURI() + "!/";
  }

  // What is in the jar is the jar's: the platform's loaders would look for each of thousands in
  // vain, often enough for the JVM to compile how they do.
  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isPlatforms(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      JarEntry entry = jar.getJarEntry(classEntryName(name));
      return entry == null ? super.loadClass(name, resolve) : define(name, entry);
    }
  }

  // Names under which the jar has nothing, or which the platform may have as well.
  private static boolean isPlatforms(String name) {
    return name.startsWith("java.")
        || name.startsWith("javax.")
        || name.startsWith("jdk.")
        || name.startsWith("sun.");
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    JarEntry entry = jar.getJarEntry(classEntryName(name));
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    return define(name, entry);
  }

  private Class<?> define(String name, JarEntry entry) throws ClassNotFoundException {
    int dot = name.lastIndexOf('.');
    if (dot > 0) {
      definePackageOnce(name.substring(0, dot));
    }
    byte[] bytes = buffer(Math.toIntExact(entry.getSize()));
    try (InputStream in = jar.getInputStream(entry)) {
      return defineClass(name, bytes, 0, in.readNBytes(bytes, 0, bytes.length));
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    } finally {
      if (bytes.length == BUFFER) {
        buffers.addFirst(bytes);
      }
    }
  }

  private byte[] buffer(int size) {
    if (size > BUFFER) {
      return new byte[size];
    }
    byte[] free = buffers.pollFirst();
    return free == null ? new byte[BUFFER] : free;
  }

  @Override
  protected URL findResource(String name) {
    JarEntry entry = jar.getJarEntry(entryName(name));
    try {
      return entry == null ? null : new URL(base + entry.getName());
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL found = findResource(name);
    return Collections.enumeration(found == null ? List.of() : List.of(found));
  }

  // Straight from the jar: the way over a URL opens it once more.
  @Override
  public InputStream getResourceAsStream(String name) {
    JarEntry entry = jar.getJarEntry(entryName(name));
    try {
      return entry == null ? super.getResourceAsStream(name) : jar.getInputStream(entry);
    } catch (IOException e) {
      return null;
    }
  }

  private static String classEntryName(String name) {
    return ROOT + name.replace('.', '/') + ".classdata";
  }

  private static String entryName(String name) {
    return ROOT + (name.endsWith(".class") ? name + "data" : name);
  }

  private void definePackageOnce(String name) {
    if (getDefinedPackage(name) == null) {
      try {
        definePackage(name, null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // Another thread was quicker.
      }
    }
  }
}
