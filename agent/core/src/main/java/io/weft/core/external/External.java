package io.weft.core.external;

import io.weft.core.config.Source;
import io.weft.core.identity.ClientTls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hosts outside the mesh, as those who call them need to know them. Immutable. */
public final class External {
  private final Source source;
  private final List<String> hosts;
  private final @Nullable ClientTls tls;

  private External(Source source, List<String> hosts, @Nullable ClientTls tls) {
    this.source = source;
    this.hosts = hosts;
    this.tls = tls;
  }

  /**
   * As control sent it.
   *
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  public static External of(io.weft.api.v1.External external) {
    return new External(
        Source.of(external.getSource()),
        List.copyOf(external.getHostsList()),
        external.hasTls() ? OriginatedTls.of(external.getTls()) : null);
  }

  /** The document behind it. */
  public Source source() {
    return source;
  }

  /** What their users call them; the first is what they call themselves. */
  public List<String> hosts() {
    return hosts;
  }

  /**
   * What a call is to be made with; null for what the application makes itself, be it its own TLS
   * or plaintext.
   *
   * @param scheme of the application's URL
   */
  public @Nullable ClientTls tls(String scheme) {
    return scheme.equalsIgnoreCase("https") ? null : tls;
  }

  /** What to call them by: what the application does, unless it is a name of the mesh. */
  public String authority(String asked) {
    int colon = asked.lastIndexOf(':') > asked.lastIndexOf(']') ? asked.lastIndexOf(':') : -1;
    String host = colon < 0 ? asked : asked.substring(0, colon);
    for (int i = 0; i < hosts.size(); i++) {
      if (hosts.get(i).equalsIgnoreCase(host)) {
        return asked;
      }
    }
    return colon < 0 ? hosts.get(0) : hosts.get(0) + asked.substring(colon);
  }
}
