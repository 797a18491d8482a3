package io.weft.control.push;

import java.util.List;
import java.util.Map;

/**
 * What status says of one connected agent.
 *
 * @param generation of the config it acknowledged, or that changes nothing for it
 * @param current whether that is the newest
 * @param ackedAt ISO 8601; empty if it was never sent anything
 * @param hooks libraries it instruments, and those it left alone with the reason
 * @param error the last thing that went wrong, one line; empty if nothing
 * @param problems further ones, as the agent reports them
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
    String replica) {}
