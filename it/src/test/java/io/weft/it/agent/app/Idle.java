package io.weft.it.agent.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Listens and does nothing; for each byte it is sent it prints the agent's threads in one line. */
public final class Idle {
  private Idle() {}

  public static void main(String[] arguments) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.out.println("listening on " + server.getLocalPort());
      while (System.in.read() == '\n') {
        StringBuilder names = new StringBuilder("threads");
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
          ThreadGroup group = thread.getThreadGroup();
          if (group != null && group.getName().equals("weft")) {
            names.append(' ').append(thread.getName());
          }
        }
        System.out.println(names);
      }
    }
  }
}
