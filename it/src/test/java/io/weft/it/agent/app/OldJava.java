package io.weft.it.agent.app;

import java.lang.instrument.Instrumentation;

/** What an agent's way in does on a Java that is too old; there is none of those in reach. */
public final class OldJava {
  private OldJava() {}

  public static void main(String[] arguments) throws ReflectiveOperationException {
    System.setProperty("java.specification.version", arguments[0]);
    Class.forName("io.weft.bootstrap.WeftAgent")
        .getMethod("premain", String.class, Instrumentation.class)
        .invoke(null, "service=a", null);
    System.out.println("the application runs");
  }
}
