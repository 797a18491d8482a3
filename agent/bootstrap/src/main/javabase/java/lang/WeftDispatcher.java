package java.lang;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.invoke.SwitchPoint;

/**
 * The one class of Weft that every class of the JVM can see: hooked methods are linked through it
 * by invokedynamic. Each instance is one such call site.
 *
 * <p>Its contract is frozen, because it cannot be replaced while the JVM lives: an agent that comes
 * later finds this one and takes over by {@link #install}. It depends on nothing but java.base. A
 * call site that cannot be linked passes through: advice that gives nothing back leaves the hooked
 * method as it was.
 */
public final class WeftDispatcher extends MutableCallSite {
  /** Version of this contract. */
  public static final int VERSION = 1;

  private static final Object LOCK = new Object();
  private static final MethodHandle RELINK;

  // (Lookup, String, MethodType, Object[])MethodHandle; null while nothing is to be linked.
  private static MethodHandle linker;
  private static SwitchPoint generation = new SwitchPoint();

  static {
    try {
      RELINK =
          MethodHandles.lookup()
              .findVirtual(
                  WeftDispatcher.class,
                  "relink",
                  MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MethodHandles.Lookup caller;
  private final String name;
  private final Object[] arguments;

  private WeftDispatcher(
      MethodHandles.Lookup caller, String name, MethodType type, Object[] arguments) {
    super(type);
    this.caller = caller;
    this.name = name;
    this.arguments = arguments;
  }

  /**
   * Lets this linker link all call sites from now on, those linked before too. It takes (Lookup,
   * String, MethodType, Object[]) and gives a MethodHandle of the type asked for, or null to let
   * the call pass through; null in its own place lets all pass.
   */
  public static void install(MethodHandle newLinker) {
    SwitchPoint before;
    synchronized (LOCK) {
      linker = newLinker;
      before = generation;
      generation = new SwitchPoint();
    }
    SwitchPoint.invalidateAll(new SwitchPoint[] {before});
  }

  /** Bootstrap method of the hooked methods' call sites. */
  public static CallSite bootstrap(
      MethodHandles.Lookup caller, String name, MethodType type, Object... arguments) {
    WeftDispatcher site = new WeftDispatcher(caller, name, type, arguments);
    site.link();
    return site;
  }

  private void link() {
    MethodHandle with;
    SwitchPoint current;
    synchronized (LOCK) {
      with = linker;
      current = generation;
    }
    MethodHandle linked = null;
    if (with != null) {
      try {
        linked = (MethodHandle) with.invoke(caller, name, type(), arguments);
      } catch (Throwable e) {
        // The linker has said what there was to say; the application's call goes on without us.
      }
    }
    MethodHandle target = linked == null ? MethodHandles.empty(type()) : linked;
    MethodHandle again =
        RELINK.bindTo(this).asCollector(Object[].class, type().parameterCount()).asType(type());
    setTarget(current.guardWithTest(target, again));
  }

  private Object relink(Object[] values) throws Throwable {
    link();
    return getTarget().invokeWithArguments(values);
  }
}
