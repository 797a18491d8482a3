package io.weft.control.store;

import java.nio.file.Path;
import java.util.List;

/** Opens the store that an operator names. */
public final class Stores {

  private Stores() {}

  /** As {@link #open(String, EtcdAccess)}, of an etcd that lets everybody in. */
  public static ConfigStore open(String name) {
    return open(name, EtcdAccess.OPEN);
  }

  /**
   * Opens {@code embedded:<folder>} or {@code etcd:<endpoint>[,<endpoint>]}.
   *
   * @param access to etcd
   * @throws IllegalArgumentException for any other name, or an access that does not go with it
   * @throws StoreException if it cannot be opened, naming the file or place and what mends it
   */
  public static ConfigStore open(String name, EtcdAccess access) {
    if (name.startsWith("embedded:") && name.length() > "embedded:".length()) {
      if (!access.isOpen()) {
        throw new IllegalArgumentException(
            "options for etcd go with --store etcd:https://<host>:<port>, not with " + name);
      }
      return EmbeddedStore.open(Path.of(name.substring("embedded:".length())));
    }
    if (name.startsWith("etcd:") && name.length() > "etcd:".length()) {
      return etcd(name.substring("etcd:".length()), access);
    }
    throw new IllegalArgumentException(
        "not a store: " + name + "; write embedded:<folder> or etcd:http://<host>:<port>");
  }

  private static ConfigStore etcd(String endpoints, EtcdAccess access) {
    List<String> all = List.of(endpoints.split(","));
    for (String endpoint : all) {
      if (endpoint.contains("@")) {
        throw new IllegalArgumentException(
            "a user is named with --etcd-user and --etcd-password-file, not in the address of etcd");
      }
      if (!endpoint.matches("https?://[^/\\s]+:\\d+/?")) {
        throw new IllegalArgumentException(
            "not an address of etcd: "
                + endpoint
                + "; write http://host:port or https://host:port");
      }
    }
    long encrypted = all.stream().filter(endpoint -> endpoint.startsWith("https:")).count();
    if (encrypted != 0 && encrypted != all.size()) {
      throw new IllegalArgumentException(
          "etcd's addresses are all http:// or all https://, not " + endpoints);
    }
    if (encrypted == 0 && access.hasTls()) {
      throw new IllegalArgumentException(
          "--etcd-ca, --etcd-cert and --etcd-key go with https://, not with " + endpoints);
    }
    if (encrypted == 0 && !access.user().isEmpty()) {
      throw new IllegalArgumentException(
          "the password of --etcd-user would be sent in plaintext to "
              + endpoints
              + ": have etcd speak TLS, and write https://");
    }
    return EtcdStore.open(endpoints, access);
  }
}
