package io.weft.it.contract;

/** Tomcat 10.1. */
class Tomcat10IT extends TomcatContract {
  Tomcat10IT() {
    super("tomcat10", false);
  }
}
