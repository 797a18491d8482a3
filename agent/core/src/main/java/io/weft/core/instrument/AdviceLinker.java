package io.weft.core.instrument;

import io.weft.core.log.Log;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Finds the advice that a hooked method calls, when it is called for the first time. */
final class AdviceLinker {
  private AdviceLinker() {}

  /** Makes this linker that of the JVM. */
  static void install() throws ReflectiveOperationException {
    MethodHandle link =
        MethodHandles.lookup()
            .findStatic(
                AdviceLinker.class,
                "link",
                MethodType.methodType(
                    MethodHandle.class,
                    MethodHandles.Lookup.class,
                    String.class,
                    MethodType.class,
                    Object[].class));
    dispatcher().getMethod("install", MethodHandle.class).invoke(null, link);
  }

  /** The class in java.lang through which call sites are linked. */
  static Class<?> dispatcher() throws ClassNotFoundException {
    return Class.forName("java.lang.WeftDispatcher", true, null);
  }

  /**
   * The advice as a method handle.
   *
   * @param arguments its descriptor, its class, and the relocation and the name of its library
   */
  static MethodHandle link(
      MethodHandles.Lookup caller, String name, MethodType type, Object[] arguments)
      throws ReflectiveOperationException {
    String advice = (String) arguments[1];
    try {
      InstrumentationLoader loader =
          InstrumentationLoader.of(
              caller.lookupClass().getClassLoader(), Relocation.decode((String) arguments[2]));
      Class<?> adviceClass = loader.loadClass(advice, false);
      MethodType adviceType = MethodType.fromMethodDescriptorString((String) arguments[0], loader);
      return MethodHandles.publicLookup().findStatic(adviceClass, name, adviceType).asType(type);
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      Log.warn(
          caller.lookupClass().getName()
              + " stays without the mesh: "
              + advice
              + " cannot be linked: "
              + e);
      HookReports.ofThisProcess()
          .add(HookReport.leftAlone((String) arguments[3], "", advice + " cannot be linked"));
      throw e;
    }
  }
}
