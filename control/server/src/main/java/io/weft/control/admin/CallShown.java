package io.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.api.v1.ToldCall;
import io.weft.control.push.Told;
import java.util.List;

/**
 * A real request as one side knows it, for JSON.
 *
 * @param service that tells of it, {@code namespace/name}
 * @param inbound whether it served it; else it made it
 * @param peer whom it was made to, or the SPIFFE ID that made it
 * @param path without the query
 */
record CallShown(
    String service,
    String instance,
    boolean inbound,
    long startMillis,
    long tookMicros,
    String peer,
    String method,
    String path,
    String outcome,
    boolean failed,
    JsonNode stages) {
  private static final JsonMapper JSON = new JsonMapper();

  static List<JsonNode> all(Told told) {
    return told.explanation().getCallsList().stream()
        .map(call -> JSON.<JsonNode>valueToTree(of(told, call)))
        .toList();
  }

  private static CallShown of(Told told, ToldCall call) {
    return new CallShown(
        told.service(),
        told.instance(),
        call.getInbound(),
        call.getStartMillis(),
        call.getTookMicros(),
        call.getPeer(),
        call.getMethod(),
        call.getPath(),
        call.getOutcome(),
        call.getFailed(),
        StageShown.all(call.getStagesList()));
  }
}
