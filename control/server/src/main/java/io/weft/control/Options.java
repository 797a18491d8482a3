package io.weft.control;

import java.nio.file.Path;

/**
 * How a control service is run.
 *
 * @param host to listen on
 * @param port to listen on; 0 for a free one
 * @param advertised host by which agents and replicas reach it; empty: the one it listens on
 * @param store {@code embedded:<folder>} or {@code etcd:http://host:port}
 * @param data folder of its root certificate and tokens
 */
public record Options(String host, int port, String advertised, String store, Path data) {}
