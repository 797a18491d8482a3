package io.weft.it.contract;

/** Tomcat 11. */
class Tomcat11AuthorizationIT extends TomcatAuthorizationContract {
  Tomcat11AuthorizationIT() {
    super("tomcat11", false);
  }
}
