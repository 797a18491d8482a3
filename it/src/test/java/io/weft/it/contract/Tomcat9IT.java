package io.weft.it.contract;

/** The newest Tomcat 9, whose servlets are javax. */
class Tomcat9IT extends TomcatContract {
  Tomcat9IT() {
    super("tomcat9", true);
  }
}
