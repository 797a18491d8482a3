package io.weft.it.agent.app;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;

/**
 * Prints what an application can see of its JVM, a line each; with an argument, stays until it is
 * sent a line.
 */
public final class Surroundings {
  private static final String[] CLASSES = {
    "io.weft.core.Mesh",
    "io.weft.api.v1.Hello",
    "io.weft.instrumentation.tomcat.TomcatInstrumentation",
    "io.grpc.ManagedChannel",
    "io.netty.channel.Channel",
    "io.netty.buffer.ByteBuf",
    "io.opentelemetry.api.OpenTelemetry",
    "io.opentelemetry.sdk.OpenTelemetrySdk",
    "net.bytebuddy.ByteBuddy",
    "com.google.protobuf.Message",
    "com.google.common.collect.ImmutableList",
    "com.google.re2j.Pattern",
    "io.github.resilience4j.core.IntervalFunction",
    "okhttp3.OkHttpClient",
    "kotlin.Unit",
    "org.jspecify.annotations.Nullable"
  };

  private static final String[] RESOURCES = {
    "META-INF/services/io.grpc.ManagedChannelProvider",
    "META-INF/services/io.grpc.NameResolverProvider",
    "META-INF/services/io.weft.core.instrument.LibraryInstrumentation"
  };

  private Surroundings() {}

  public static void main(String[] arguments) throws IOException {
    for (String name : CLASSES) {
      System.out.println("class " + name + " " + sees(name));
    }
    for (String name : RESOURCES) {
      System.out.println(
          "resource "
              + name
              + " "
              + Collections.list(ClassLoader.getSystemClassLoader().getResources(name)).size());
    }
    Map<String, String> properties = new TreeMap<>();
    System.getProperties().forEach((key, value) -> properties.put(key + "", value + ""));
    properties.keySet().removeIf(key -> key.startsWith("sun.") || key.startsWith("java.vm."));
    properties.forEach((key, value) -> System.out.println("property " + key));
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.isDaemon()) {
        System.out.println("thread " + thread.getName());
      }
    }
    System.out.println("handlers " + LogManager.getLogManager().getClass().getName());
    System.out.println("context " + Thread.currentThread().getContextClassLoader().getClass());
    if (arguments.length > 0) {
      System.in.read();
    }
  }

  private static boolean sees(String name) {
    try {
      Class.forName(name, false, ClassLoader.getSystemClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** A log manager of the application's own, which must come before any other. */
  public static final class OwnLogManager extends LogManager {}
}
