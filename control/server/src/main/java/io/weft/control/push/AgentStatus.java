package io.weft.control.push;

import io.weft.api.v1.Svid;
import io.weft.control.share.Rate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What status says of one connected agent.
 *
 * @param generation the newest all of whose config it has acknowledged, or needs none of
 * @param current whether that is the newest there is
 * @param ackedAt ISO 8601; empty if it was never sent anything
 * @param hooks libraries it instruments, and those it left alone with the reason
 * @param error the last thing that went wrong, one line; empty if nothing
 * @param problems further ones, as the agent reports them
 * @param identity its certificate, as far as it may be told
 * @param rate its part in a limit that instances share; null if there is none
 * @param replica that holds its stream
 */
public record AgentStatus(
    String uid,
    String namespace,
    String service,
    Map<String, String> labels,
    String state,
    String host,
    long pid,
    String agentVersion,
    String javaVersion,
    List<String> ports,
    long epoch,
    long generation,
    boolean current,
    String ackedAt,
    String connectedAt,
    List<String> hooks,
    List<String> subscriptions,
    String error,
    List<String> problems,
    Identity identity,
    @Nullable Rate rate,
    String replica) {

  /**
   * An agent's certificate.
   *
   * @param spiffeId empty if it has none
   * @param until ISO 8601
   */
  public record Identity(
      String spiffeId, String serial, String from, String until, String root, String trust) {

    static Identity of(Svid svid) {
      return svid.getSpiffeId().isEmpty()
          ? new Identity("", "", "", "", "", "")
          : new Identity(
              svid.getSpiffeId(),
              svid.getSerial(),
              Instant.ofEpochSecond(svid.getNotBeforeSeconds()).toString(),
              Instant.ofEpochSecond(svid.getNotAfterSeconds()).toString(),
              svid.getRootHash(),
              svid.getTrustHash());
    }
  }
}
