package io.weft.it.contract;

/** The oldest Tomcat 9 that is supported. */
class OldestTomcat9AuthorizationIT extends TomcatAuthorizationContract {
  OldestTomcat9AuthorizationIT() {
    super("tomcat9-oldest", true);
  }
}
