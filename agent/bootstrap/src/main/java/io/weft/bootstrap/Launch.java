package io.weft.bootstrap;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Set;

/**
 * Puts the agent into the JVM: the dispatcher into java.lang, everything else into a loader of its
 * own, and hands over to the core.
 *
 * <p>Runs before main, so it touches neither java.util.logging nor JMX nor NIO file systems: an
 * application that sets up its own would find ours.
 */
public final class Launch {
  private static final String DISPATCHER = "java.lang.WeftDispatcher";
  private static final String DISPATCHER_ENTRY = "java/lang/WeftDispatcher.class";
  private static final String CORE = "io.weft.core.AgentStart";

  private Launch() {}

  /** For {@link WeftAgent}. */
  public static void launch(String argument, Instrumentation instrumentation) throws Exception {
    if (isTool(System.getProperty("jdk.module.main", ""))) {
      return;
    }
    if (isRunning()) {
      System.err.println(
          "[weft] WARN the agent is given twice to this JVM: the first goes on, the second does nothing");
      return;
    }
    AgentClassLoader loader = new AgentClassLoader(jar());
    defineDispatcher(instrumentation, loader);
    Class.forName(CORE, true, loader)
        .getMethod("start", String.class, Instrumentation.class)
        .invoke(null, argument, instrumentation);
  }

  // keytool, jps, jcmd and the like, started where JAVA_TOOL_OPTIONS names the agent.
  private static boolean isTool(String module) {
    return module.startsWith("jdk.") || module.startsWith("java.");
  }

  private static boolean isRunning() {
    try {
      Class.forName(DISPATCHER, false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static File jar() throws URISyntaxException {
    return new File(Launch.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void defineDispatcher(Instrumentation instrumentation, AgentClassLoader loader)
      throws IOException, IllegalAccessException {
    byte[] bytes;
    try (InputStream in = loader.getResourceAsStream(DISPATCHER_ENTRY)) {
      if (in == null) {
        throw new IOException("the agent jar is damaged: it lacks " + DISPATCHER);
      }
      bytes = in.readAllBytes();
    }
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(Launch.class.getModule())),
        Set.of(),
        Map.of());
    MethodHandles.privateLookupIn(Object.class, MethodHandles.lookup()).defineClass(bytes);
  }
}
