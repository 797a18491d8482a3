package io.weft.core.config;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.ServicePort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the port on which an instance serves a port of its service: the one of that number; else,
 * since instances that share an address cannot share a number, the one that stands in the same
 * place among those of its protocol.
 */
final class InstancePorts {
  private InstancePorts() {}

  /** The port in the place of a declared one; null if there is none. */
  static @Nullable InstancePort inItsPlace(
      Endpoint instance, List<ServicePort> declared, int number) {
    for (int i = 0; i < Math.min(declared.size(), instance.getPortsCount()); i++) {
      if (declared.get(i).getNumber() == number) {
        return instance.getPorts(i);
      }
    }
    return null;
  }

  /**
   * The instance's port; null if it does not serve that one.
   *
   * @param declared the ports of the service; empty if it declares none: the instance's first
   * @param number one of the declared
   */
  static @Nullable InstancePort find(Endpoint instance, List<ServicePort> declared, int number) {
    if (declared.isEmpty()) {
      return instance.getPortsCount() == 0 ? null : instance.getPorts(0);
    }
    for (InstancePort port : instance.getPortsList()) {
      if (port.getNumber() == number) {
        return port;
      }
    }
    String protocol = "";
    int place = 0;
    for (ServicePort port : declared) {
      if (port.getNumber() == number) {
        protocol = port.getProtocol();
        break;
      }
    }
    for (ServicePort port : declared) {
      if (port.getNumber() == number) {
        break;
      }
      place += port.getProtocol().equals(protocol) ? 1 : 0;
    }
    for (InstancePort port : instance.getPortsList()) {
      if (port.getProtocol().equals(protocol) && place-- == 0) {
        return port;
      }
    }
    return null;
  }
}
