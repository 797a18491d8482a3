package io.weft.core.settings;

import io.weft.core.inbound.ForwardedCertificate;
import io.weft.core.log.LogLevel;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All settings of the agent, checked and with their defaults filled in.
 *
 * <p>Files are {@link File}s, not paths: settings are read before main, and the application may
 * bring its own default file system.
 *
 * @param service name of the service this process is an instance of; absent: the agent stays
 *     passive
 * @param control addresses of control, in order of preference; never empty
 * @param controlCaFile roots of control; absent where the join token names them
 * @param join what this process joins by
 * @param token the join token given directly; else it is read from {@code tokenFile}
 * @param certificateFile absent where this process does not join by certificate; so the key's
 * @param address host or address that callers should use; absent: POD_IP, else the local address of
 *     the control stream
 * @param excludedPorts ports that are never registered
 * @param zone empty if not set
 * @param dir folder of the on-disk cache
 * @param drain how long a stopping process waits for requests in flight
 * @param strictAtFirst whether requests are refused until the policies of this service are known
 * @param forwardedCertificate what the application is told of callers' certificates
 */
public record Settings(
    boolean enabled,
    Optional<String> service,
    String namespace,
    Map<String, String> labels,
    List<HostPort> control,
    Optional<File> controlCaFile,
    Join join,
    Optional<String> token,
    File tokenFile,
    File serviceAccountTokenFile,
    Optional<File> certificateFile,
    Optional<File> keyFile,
    Optional<String> address,
    Set<Integer> excludedPorts,
    String zone,
    File dir,
    Duration drain,
    boolean strictAtFirst,
    ForwardedCertificate forwardedCertificate,
    LogLevel log) {

  /** What proves who a process is. */
  public enum Join {
    TOKEN,
    KUBERNETES,
    X509
  }

  public Settings {
    labels = Map.copyOf(labels);
    control = List.copyOf(control);
    excludedPorts = Set.copyOf(excludedPorts);
  }

  /** Whether the agent is to do anything at all in this process. */
  public boolean active() {
    return enabled && service.isPresent();
  }
}
