package io.weft.cli.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Ports of this machine: the usual ones where they are free, else others. */
final class Ports {
  private final Set<Integer> given = new HashSet<>();
  private final List<String> moved = new ArrayList<>();

  /** A port for a purpose, and no other's. */
  int take(String purpose, int usual) {
    if (free(usual) && given.add(usual)) {
      return usual;
    }
    int other = any();
    moved.add(purpose + " on " + other + " (" + usual + " is taken)");
    return other;
  }

  /** A free port whose number nobody needs to know. */
  int any() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0)) {
        if (given.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new DemoException("there is no free port: " + e.getMessage());
      }
    }
  }

  /** Who did not get the usual port, in words. */
  List<String> moved() {
    return List.copyOf(moved);
  }

  // Some listen on all addresses, some on loopback alone; either can be in the way of the other.
  private static boolean free(int port) {
    return bindable(new InetSocketAddress(port))
        && bindable(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static boolean bindable(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
