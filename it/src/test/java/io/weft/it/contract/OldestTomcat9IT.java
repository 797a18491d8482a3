package io.weft.it.contract;

/** The oldest Tomcat 9 that is supported. */
class OldestTomcat9IT extends TomcatContract {
  OldestTomcat9IT() {
    super("tomcat9-oldest", true);
  }
}
