package io.weft.core.lifecycle;

import io.weft.api.v1.Identity;
import io.weft.core.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Who this process is, as control and its users see it. */
final class ThisProcess {

  private ThisProcess() {}

  /**
   * A new identity: each start of the JVM is another instance. May look up the host's name, and so
   * block.
   */
  static Identity identity(Settings settings, String agentVersion) {
    String service = settings.service().orElse("");
    return Identity.newBuilder()
        .setUid(uid(service))
        .setNamespace(settings.namespace())
        .setService(service)
        .putAllLabels(settings.labels())
        .setHost(host())
        .setPid(ProcessHandle.current().pid())
        .setAgentVersion(agentVersion)
        .setJavaVersion(Runtime.version().toString())
        .setZone(settings.zone())
        .build();
  }

  // Unguessable enough never to meet another's, and still readable in a list of instances.
  private static String uid(String service) {
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    return service + "-" + HexFormat.of().formatHex(random);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }
}
