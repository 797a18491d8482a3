package io.weft.it.contract;

/** Tomcat 11. */
class Tomcat11IT extends TomcatContract {
  Tomcat11IT() {
    super("tomcat11", false);
  }

  @Override
  boolean flooded() {
    return true;
  }
}
