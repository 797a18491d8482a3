package io.weft.it.contract.app;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Serves nothing, on one port: so that its agent registers an instance, which is advertised at an
 * address where a test answers.
 */
public final class PortApp {
  private PortApp() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    System.out.println("serving on port " + server.getAddress().getPort());
  }
}
