package io.weft.instrumentation.tomcat;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.AbstractEndpoint;

/** What connectors speak, in ALPN's names, the best first. */
final class TomcatProtocols {
  private static final String[] HTTP_1 = {"http/1.1"};

  // What is chosen need not be told to Tomcat: it knows HTTP/2 by its preface.
  private static final String[] HTTP_2 = {"h2", "http/1.1"};

  private static final Map<AbstractEndpoint<?, ?>, String[]> BY_ENDPOINT =
      Collections.synchronizedMap(new WeakHashMap<>());

  private TomcatProtocols() {}

  /** A connector is about to take connections at an endpoint. */
  static void learn(AbstractProtocol<?> protocol, AbstractEndpoint<?, ?> endpoint) {
    boolean http2 =
        protocol instanceof AbstractHttp11Protocol<?> http
            && http.getUpgradeProtocol("h2c") != null;
    BY_ENDPOINT.put(endpoint, http2 ? HTTP_2 : HTTP_1);
  }

  /** Those of the connector at an endpoint. */
  static String[] of(AbstractEndpoint<?, ?> endpoint) {
    return BY_ENDPOINT.getOrDefault(endpoint, HTTP_1);
  }
}
