package io.weft.control;

import io.weft.control.identity.CaOptions;
import io.weft.control.join.JoinOptions;
import io.weft.control.store.EtcdAccess;
import java.nio.file.Path;

/**
 * How a control service is run.
 *
 * @param host to listen on
 * @param port to listen on; 0 for a free one
 * @param advertised host by which agents and replicas reach it; empty: the one it listens on
 * @param store {@code embedded:<folder>} or {@code etcd:https://host:port}
 * @param etcd how it and control prove themselves to each other
 * @param data folder of its root certificate and tokens
 * @param authority of services' certificates
 * @param joins by what agents may join, beside join tokens
 */
public record Options(
    String host,
    int port,
    String advertised,
    String store,
    EtcdAccess etcd,
    Path data,
    CaOptions authority,
    JoinOptions joins) {

  /** With join tokens alone, and an etcd that lets everybody in. */
  public Options(
      String host, int port, String advertised, String store, Path data, CaOptions authority) {
    this(host, port, advertised, store, EtcdAccess.OPEN, data, authority, JoinOptions.TOKENS);
  }

  /** With an authority as it comes, too. */
  public Options(String host, int port, String advertised, String store, Path data) {
    this(host, port, advertised, store, data, CaOptions.in(data));
  }
}
