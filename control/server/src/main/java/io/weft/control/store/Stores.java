package io.weft.control.store;

import java.nio.file.Path;

/** Opens the store that an operator names. */
public final class Stores {

  private Stores() {}

  /**
   * Opens {@code embedded:<folder>} or {@code etcd:<endpoint>[,<endpoint>]}.
   *
   * @throws IllegalArgumentException for any other name
   * @throws StoreException if it cannot be opened, naming the file and what mends it
   */
  public static ConfigStore open(String name) {
    if (name.startsWith("embedded:") && name.length() > "embedded:".length()) {
      return EmbeddedStore.open(Path.of(name.substring("embedded:".length())));
    }
    if (name.startsWith("etcd:") && name.length() > "etcd:".length()) {
      String endpoints = name.substring("etcd:".length());
      for (String endpoint : endpoints.split(",")) {
        if (!endpoint.matches("https?://[^/\\s]+:\\d+/?")) {
          throw new IllegalArgumentException(
              "not an address of etcd: " + endpoint + "; write http://host:port");
        }
      }
      return new EtcdStore(endpoints);
    }
    throw new IllegalArgumentException(
        "not a store: " + name + "; write embedded:<folder> or etcd:http://<host>:<port>");
  }
}
