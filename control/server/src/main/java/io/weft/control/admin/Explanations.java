package io.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Header;
import io.weft.api.v1.ImaginedRequest;
import io.weft.control.compile.ServiceId;
import io.weft.control.loop.Loop;
import io.weft.control.push.Fleet;
import io.weft.control.push.Told;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Why a request goes where it goes, as the agents concerned tell it: first one of the caller, then
 * one of the callee, to whichever replica they are connected.
 */
public final class Explanations {
  private static final JsonMapper JSON = new JsonMapper();

  private final Loop loop;
  private final Fleet fleet;
  private final View view;
  private final Peers peers;

  /** What is answered, or why nothing is. */
  record Answer(JsonNode body, String error) {
    static Answer of(JsonNode body) {
      return new Answer(body, "");
    }

    static Answer unknown(String why) {
      return new Answer(JSON.createObjectNode(), why);
    }
  }

  public Explanations(Loop loop, Fleet fleet, View view, Peers peers) {
    this.loop = loop;
    this.fleet = fleet;
    this.view = view;
    this.peers = peers;
  }

  /**
   * Answers a question.
   *
   * @param half {@code outbound} or {@code inbound} for what agents of this replica know of one
   *     side, empty for the whole; {@code request} for a real one
   */
  CompletableFuture<Answer> answer(String half, QueryParams query) {
    return switch (half) {
      case "" -> whole(query);
      case "outbound", "inbound" ->
          local(half, query)
              .thenApply(
                  known ->
                      known
                          .map(Answer::of)
                          .orElse(Answer.unknown("no such agent is connected here")));
      case "request" -> request(query.get("id", ""), query.contains("local"));
      default -> CompletableFuture.completedFuture(Answer.unknown("there is no explain/" + half));
    };
  }

  private CompletableFuture<Answer> request(String id, boolean local) {
    Ask question = Ask.newBuilder().setRequest(id).build();
    CompletableFuture<List<JsonNode>> others =
        local
            ? CompletableFuture.completedFuture(List.of())
            : view.otherReplicas()
                .thenCompose(
                    replicas ->
                        peers.ask(
                            replicas,
                            "/v1/explain/request?"
                                + QueryParams.of("id", id, "local", "true").toQueryString()));
    return loop.askAsync(() -> fleet.askAll(question))
        .thenCombine(
            others,
            (here, there) -> {
              List<JsonNode> calls = new ArrayList<>();
              here.forEach(told -> calls.addAll(CallShown.all(told)));
              there.forEach(answer -> answer.path("requests").forEach(calls::add));
              calls.sort(
                  Comparator.<JsonNode>comparingLong(call -> call.path("startMillis").asLong())
                      .thenComparing(call -> call.path("inbound").asBoolean()));
              ObjectNode all = JSON.createObjectNode();
              all.putArray("requests").addAll(calls);
              return calls.isEmpty() && !local
                  ? Answer.unknown(
                      "no connected agent knows a request "
                          + id
                          + " any more: each keeps some thousand, those that failed the longest")
                  : Answer.of(all);
            });
  }

  private CompletableFuture<Answer> whole(QueryParams query) {
    return anywhere("outbound", query)
        .thenCompose(
            caller ->
                caller.isEmpty()
                    ? CompletableFuture.completedFuture(
                        Answer.unknown(
                            "no agent of "
                                + query.get("from", "")
                                + " that could tell is connected: weft status shows which are"))
                    : both(query, caller.get()));
  }

  private CompletableFuture<Answer> both(QueryParams query, JsonNode caller) {
    ObjectNode all = JSON.createObjectNode();
    all.set("caller", caller);
    JsonNode sent = caller.path("sent");
    if (sent.isMissingNode()) {
      return CompletableFuture.completedFuture(Answer.of(all));
    }
    return anywhere("inbound", arrival(query, caller, sent))
        .thenApply(
            callee -> {
              callee.ifPresent(known -> all.set("callee", known));
              return Answer.of(all);
            });
  }

  // The request as it is when it has left the caller.
  private static QueryParams arrival(QueryParams query, JsonNode caller, JsonNode sent) {
    QueryParamsBuilder arrival =
        QueryParams.builder()
            .add("protocol", query.get("protocol", "http"))
            .add("method", sent.path("method").asText())
            .add("target", sent.path("target").asText())
            .add("to", sent.path("authority").asText())
            .add("caller", sent.path("caller").asText())
            .add("port", sent.path("port").asText())
            .add("address", caller.path("address").asText());
    sent.path("headers").forEach(header -> arrival.add("header", header.asText()));
    caller.path("uids").forEach(uid -> arrival.add("uid", uid.asText()));
    return arrival.build();
  }

  private CompletableFuture<Optional<JsonNode>> anywhere(String half, QueryParams query) {
    return local(half, query)
        .thenCompose(
            here ->
                here.isPresent()
                    ? CompletableFuture.completedFuture(here)
                    : view.otherReplicas()
                        .thenCompose(
                            others ->
                                peers.ask(
                                    others, "/v1/explain/" + half + "?" + query.toQueryString()))
                        .thenApply(answers -> answers.stream().findFirst()));
  }

  private CompletableFuture<Optional<JsonNode>> local(String half, QueryParams query) {
    ImaginedRequest request = request(query);
    Ask.Builder question =
        half.equals("outbound")
            ? Ask.newBuilder().setOutbound(request)
            : Ask.newBuilder().setInbound(request);
    return loop.askAsync(
        () -> {
          Optional<CompletableFuture<Told>> asked =
              half.equals("outbound")
                  ? ServiceId.parse(query.get("from", ""))
                      .flatMap(service -> fleet.ask(service, question))
                  : fleet.ask(query.getAll("uid"), question);
          return asked
              .map(told -> told.thenApply(Explanations::shown).thenApply(Optional::of))
              .orElse(CompletableFuture.completedFuture(Optional.empty()));
        });
  }

  private static ImaginedRequest request(QueryParams query) {
    ImaginedRequest.Builder request =
        ImaginedRequest.newBuilder()
            .setProtocol(query.get("protocol", "http"))
            .setMethod(query.get("method", "GET"))
            .setTarget(query.get("target", "/"))
            .setAuthority(query.get("to", ""))
            .setCaller(query.get("caller", ""))
            .setAddress(query.get("address", ""))
            .setPort(query.getInt("port", 0));
    for (String header : query.getAll("header")) {
      int colon = header.indexOf(':');
      if (colon > 0) {
        request.addHeaders(
            Header.newBuilder()
                .setName(header.substring(0, colon).strip())
                .setValue(header.substring(colon + 1).strip()));
      }
    }
    return request.build();
  }

  private static JsonNode shown(Told told) {
    ObjectNode shown = JSON.createObjectNode();
    shown.put("service", told.service());
    shown.put("instance", told.instance());
    shown.put("address", told.address());
    shown.put("error", told.explanation().getError());
    shown.set("stages", StageShown.all(told.explanation().getStagesList()));
    if (told.explanation().hasSent()) {
      ImaginedRequest sent = told.explanation().getSent();
      ObjectNode request = shown.putObject("sent");
      request.put("method", sent.getMethod());
      request.put("target", sent.getTarget());
      request.put("authority", sent.getAuthority());
      request.put("caller", sent.getCaller());
      request.put("port", sent.getPort());
      request.set(
          "headers",
          JSON.valueToTree(
              sent.getHeadersList().stream()
                  .map(header -> header.getName() + ": " + header.getValue())
                  .toList()));
      shown.set("uids", JSON.valueToTree(List.copyOf(told.explanation().getUidsList())));
    }
    return shown;
  }
}
