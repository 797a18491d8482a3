package io.weft.control.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.weft.control.accept.Acceptance;
import io.weft.control.accept.Acceptance.Outcome;
import io.weft.control.accept.Author;
import io.weft.control.accept.History;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Kind;
import io.weft.control.document.Problem;
import io.weft.control.identity.Token;
import io.weft.control.identity.Tokens;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The admin API, JSON over HTTP for bearers of an admin token: {@code /v1/config}, {@code
 * /v1/status}, {@code /v1/edges}, {@code /v1/denials}, {@code /v1/history}, {@code /v1/rollback},
 * {@code /v1/explain}, {@code /v1/tokens}, {@code /v1/identity} and {@code /v1/ca}. Errors are
 * {@code {"errors":[{"file","line","field","message"}]}}.
 */
public final class AdminService implements HttpService {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String BEARER = "Bearer ";

  private final Acceptance acceptance;
  private final Tokens tokens;
  private final View view;
  private final Peers peers;
  private final CaRequests ca;
  private final Explanations explanations;
  private final DocumentReader reader = new DocumentReader();

  public AdminService(
      Acceptance acceptance,
      Tokens tokens,
      View view,
      Peers peers,
      CaRequests ca,
      Explanations explanations) {
    this.acceptance = acceptance;
    this.tokens = tokens;
    this.view = view;
    this.peers = peers;
    this.ca = ca;
    this.explanations = explanations;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String authorization = request.headers().get("authorization", "");
    Optional<Token> token =
        authorization.startsWith(BEARER)
            ? tokens.check(Token.Purpose.ADMIN, authorization.substring(BEARER.length()).strip())
            : Optional.empty();
    if (token.isEmpty()) {
      return error(
          HttpStatus.UNAUTHORIZED, "the admin token is missing, unknown here, or has expired");
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenCompose(whole -> answer(context, whole, token.get()))
            .exceptionally(AdminService::failed));
  }

  private CompletableFuture<HttpResponse> answer(
      ServiceRequestContext context, AggregatedHttpRequest request, Token token) {
    List<String> path =
        Arrays.stream(context.mappedPath().split("/")).filter(step -> !step.isEmpty()).toList();
    Optional<Endpoint> asked =
        Endpoint.of(request.method().name(), path.isEmpty() ? "" : path.get(0));
    // What is not there is nobody else's business.
    Token.Role least = asked.map(Endpoint::least).orElse(Token.Role.ADMIN);
    if (token.granted().compareTo(least) < 0) {
      return CompletableFuture.completedFuture(
          error(
              HttpStatus.FORBIDDEN,
              "the admin token is a "
                  + token.granted().name().toLowerCase(Locale.ROOT)
                  + "'s, and this takes "
                  + (least == Token.Role.EDITOR ? "an editor's" : "an administrator's")));
    }
    if (asked.isEmpty()) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.NOT_FOUND, "there is no " + request.method() + " " + context.path()));
    }
    boolean local = "true".equals(context.queryParam("local"));
    return switch (asked.get()) {
      case GET_STATUS -> status(local);
      case GET_EDGES -> edges(local);
      case GET_DENIALS -> denials(local);
      case GET_HISTORY -> history(given(context, "namespace"), token);
      case GET_EXPLAIN -> explain(path, context.queryParams());
      case GET_CONFIG -> config(path);
      case POST_CONFIG -> apply(context, request, token);
      case DELETE_CONFIG -> delete(path, author(request, token), token);
      case POST_ROLLBACK -> rollback(context, author(request, token), token);
      case GET_TOKENS -> CompletableFuture.completedFuture(tokenList());
      case POST_TOKENS -> createToken(context);
      case DELETE_TOKENS -> revokeToken(path);
      case GET_IDENTITY -> CompletableFuture.completedFuture(identity(token));
      case GET_CA ->
          CompletableFuture.completedFuture(
              answer(path.size() > 1 && path.get(1).equals("bundle") ? ca.bundle() : ca.status()));
      case POST_CA -> ca(path, context, request);
    };
  }

  /** Why a token may not change a namespace's documents; empty if it may. */
  private static String missing(Token token, String namespace) {
    return token.granted() == Token.Role.ADMIN || token.namespace().equals(namespace)
        ? ""
        : "the admin token may change namespace "
            + token.namespace()
            + " alone, and this is in "
            + namespace;
  }

  // Who changes one namespace alone sees and takes back what happened there.
  private CompletableFuture<HttpResponse> history(String asked, Token token) {
    String namespace = asked.isEmpty() ? own(token) : asked;
    if (!own(token).isEmpty() && !own(token).equals(namespace)) {
      return CompletableFuture.completedFuture(
          error(
              HttpStatus.FORBIDDEN,
              "the admin token may see the history of namespace " + own(token) + " alone"));
    }
    return view.history(History.KEPT)
        .thenApply(
            steps -> json(Map.of("history", namespace.isEmpty() ? steps : in(steps, namespace))));
  }

  private static List<History.Step> in(List<History.Step> steps, String namespace) {
    return steps.stream()
        .map(step -> step.in(namespace))
        .filter(step -> !step.changes().isEmpty())
        .toList();
  }

  private static String own(Token token) {
    return token.granted() == Token.Role.ADMIN ? "" : token.namespace();
  }

  private CompletableFuture<HttpResponse> rollback(
      ServiceRequestContext context, Author author, Token token) {
    String asked = given(context, "namespace");
    String namespace = asked.isEmpty() ? own(token) : asked;
    String missing = missing(token, namespace);
    if (!missing.isEmpty()) {
      return CompletableFuture.completedFuture(error(HttpStatus.FORBIDDEN, missing));
    }
    String generation = given(context, "generation");
    if (!generation.matches("\\d{1,18}")) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.BAD_REQUEST, "generation must be a whole number"));
    }
    boolean dryRun = "true".equals(context.queryParam("dryRun"));
    return acceptance
        .rollback(Long.parseLong(generation), namespace, author, dryRun)
        .thenCompose(
            outcome ->
                view.warnings(documents(outcome))
                    .thenApply(warnings -> outcome(outcome, warnings, dryRun)));
  }

  private List<Document> documents(Outcome outcome) {
    return outcome.done().stream()
        .flatMap(done -> done.after().stream())
        .flatMap(
            text -> reader.read("", text.getBytes(StandardCharsets.UTF_8)).documents().stream())
        .toList();
  }

  private CompletableFuture<HttpResponse> explain(List<String> path, QueryParams query) {
    return explanations
        .answer(path.size() > 1 ? path.get(1) : "", query)
        .thenApply(
            answer ->
                answer.error().isEmpty()
                    ? json(answer.body())
                    : error(HttpStatus.NOT_FOUND, answer.error()));
  }

  private CompletableFuture<HttpResponse> ca(
      List<String> path, ServiceRequestContext context, AggregatedHttpRequest request) {
    String step = path.size() > 1 ? path.get(1) : "";
    String namespace = given(context, "namespace");
    String principal = given(context, "principal");
    CompletableFuture<CaRequests.Answer> answer =
        switch (step) {
          case "rotate" -> ca.rotate();
          case "revoke" -> ca.revoke(namespace, principal);
          case "sign" ->
              ca.sign(request.content().array(), namespace, principal, given(context, "seconds"));
          default ->
              CompletableFuture.completedFuture(
                  CaRequests.Answer.refused(HttpStatus.NOT_FOUND, "there is no ca " + step));
        };
    return answer.thenApply(AdminService::answer);
  }

  private static HttpResponse answer(CaRequests.Answer answer) {
    return answer.problem().isEmpty()
        ? json(answer.body())
        : error(answer.status(), answer.problem());
  }

  private static HttpResponse identity(Token token) {
    String expires = token.expires();
    return json(
        Map.of(
            "token", token.id(),
            "role", token.granted().name(),
            "namespace", token.namespace(),
            "expires", expires == null ? "" : expires));
  }

  private CompletableFuture<HttpResponse> revokeToken(List<String> path) {
    String id = path.size() > 1 ? path.get(1) : "";
    return tokens
        .revoke(id)
        .thenApply(
            there ->
                there
                    ? json(Map.of("id", id))
                    : error(HttpStatus.NOT_FOUND, "there is no token " + id));
  }

  private CompletableFuture<HttpResponse> status(boolean local) {
    return view.status()
        .thenCombine(
            others(local, "/v1/status?local=true"),
            (own, others) -> local ? own : Merged.status(own, others))
        .thenApply(AdminService::json);
  }

  private CompletableFuture<HttpResponse> edges(boolean local) {
    return view.edges()
        .thenCombine(others(local, "/v1/edges?local=true"), Merged::edges)
        .thenApply(AdminService::json);
  }

  private CompletableFuture<HttpResponse> denials(boolean local) {
    return view.denials()
        .thenCombine(others(local, "/v1/denials?local=true"), Merged::denials)
        .thenApply(AdminService::json);
  }

  private CompletableFuture<List<JsonNode>> others(boolean local, String path) {
    return local
        ? CompletableFuture.completedFuture(List.of())
        : view.otherReplicas().thenCompose(others -> peers.ask(others, path));
  }

  private CompletableFuture<HttpResponse> config(List<String> path) {
    String kind = path.size() > 1 ? path.get(1) : "";
    if (!kind.isEmpty() && Kind.of(kind).isEmpty()) {
      return CompletableFuture.completedFuture(unknownKind(kind));
    }
    String namespace = path.size() > 2 ? path.get(2) : "";
    String name = path.size() > 3 ? path.get(3) : "";
    return view.documents(kind, namespace, name)
        .thenApply(
            documents ->
                !name.isEmpty() && documents.isEmpty()
                    ? error(
                        HttpStatus.NOT_FOUND, "there is no " + kind + "/" + namespace + "/" + name)
                    : json(Map.of("documents", documents)));
  }

  private CompletableFuture<HttpResponse> apply(
      ServiceRequestContext context, AggregatedHttpRequest request, Token token) {
    String file = request.headers().get("weft-file", "");
    DocumentReader.Read read =
        reader.read(URLDecoder.decode(file, StandardCharsets.UTF_8), request.content().array());
    if (!read.problems().isEmpty()) {
      return CompletableFuture.completedFuture(
          json(HttpStatus.BAD_REQUEST, Map.of("errors", read.problems())));
    }
    if (read.documents().isEmpty()) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.BAD_REQUEST, "there is no document in it"));
    }
    for (Document document : read.documents()) {
      String missing = missing(token, document.key().namespace());
      if (!missing.isEmpty()) {
        return CompletableFuture.completedFuture(error(HttpStatus.FORBIDDEN, missing));
      }
    }
    boolean dryRun = "true".equals(context.queryParam("dryRun"));
    return acceptance
        .apply(read.documents(), author(request, token), dryRun)
        .thenCombine(
            view.warnings(read.documents()),
            (outcome, warnings) -> outcome(outcome, warnings, dryRun));
  }

  private static HttpResponse outcome(Outcome outcome, List<Problem> warnings, boolean texts) {
    if (!outcome.problems().isEmpty()) {
      return json(HttpStatus.CONFLICT, Map.of("errors", outcome.problems()));
    }
    return json(
        Map.of(
            "epoch",
            outcome.epoch(),
            "generation",
            outcome.generation(),
            "documents",
            outcome.done().stream().map(done -> done(done, texts)).toList(),
            "warnings",
            warnings));
  }

  private static Map<String, String> done(Acceptance.Done done, boolean texts) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("kind", done.key().kind().word());
    told.put("namespace", done.key().namespace());
    told.put("name", done.key().name());
    told.put("action", done.action());
    if (texts) {
      done.before().ifPresent(text -> told.put("before", text));
      done.after().ifPresent(text -> told.put("after", text));
    }
    return told;
  }

  private CompletableFuture<HttpResponse> delete(List<String> path, Author author, Token token) {
    if (path.size() != 4) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.BAD_REQUEST, "name what to delete: Kind/namespace/name"));
    }
    if (Kind.of(path.get(1)).isEmpty()) {
      return CompletableFuture.completedFuture(unknownKind(path.get(1)));
    }
    String missing = missing(token, path.get(2));
    if (!missing.isEmpty()) {
      return CompletableFuture.completedFuture(error(HttpStatus.FORBIDDEN, missing));
    }
    Document.Key key =
        new Document.Key(Kind.of(path.get(1)).orElseThrow(), path.get(2), path.get(3));
    return acceptance
        .delete(key, author)
        .thenApply(
            outcome ->
                outcome
                    .map(done -> outcome(done, List.of(), false))
                    .orElseGet(() -> error(HttpStatus.NOT_FOUND, "there is no " + key)));
  }

  private HttpResponse tokenList() {
    List<Map<String, String>> all = new ArrayList<>();
    for (Token token : tokens.all()) {
      String expires = token.expires();
      all.add(
          Map.of(
              "id", token.id(),
              "purpose", token.purpose().name(),
              "namespace", token.namespace(),
              "principal", token.principal(),
              "created", token.created(),
              "role", token.purpose() == Token.Purpose.ADMIN ? token.granted().name() : "",
              "expires", expires == null ? "" : expires));
    }
    return json(Map.of("tokens", all));
  }

  private CompletableFuture<HttpResponse> createToken(ServiceRequestContext context) {
    String purpose = given(context, "purpose");
    String life = given(context, "seconds");
    String role = given(context, "role");
    if (!List.of("JOIN", "ADMIN").contains(purpose)
        || !life.matches("\\d{0,9}")
        || !List.of("", "VIEWER", "EDITOR", "ADMIN").contains(role)
        || (role.equals("EDITOR") && given(context, "namespace").isEmpty())) {
      return CompletableFuture.completedFuture(
          error(
              HttpStatus.BAD_REQUEST,
              "purpose must be JOIN or ADMIN, seconds a whole number, role VIEWER, EDITOR with a"
                  + " namespace, or ADMIN"));
    }
    return tokens
        .create(
            Token.Purpose.valueOf(purpose),
            given(context, "namespace"),
            given(context, "principal"),
            life.isEmpty() ? null : Duration.ofSeconds(Long.parseLong(life)),
            role.isEmpty() ? null : Token.Role.valueOf(role))
        .thenApply(text -> json(Map.of("token", text)));
  }

  private static String given(ServiceRequestContext context, String name) {
    String value = context.queryParam(name);
    return value == null ? "" : value;
  }

  private static Author author(AggregatedHttpRequest request, Token token) {
    return new Author(
        request.headers().get("weft-author", ""),
        token.id(),
        token.granted().name().toLowerCase(Locale.ROOT));
  }

  private static HttpResponse unknownKind(String kind) {
    return error(
        HttpStatus.NOT_FOUND,
        "unknown kind " + kind + "; allowed: " + String.join(", ", Kind.words()));
  }

  private static HttpResponse failed(Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    return error(HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(cause.getMessage()));
  }

  private static HttpResponse error(HttpStatus status, String message) {
    return json(status, Map.of("errors", List.of(new Problem("", 0, "", message))));
  }

  private static HttpResponse json(Object body) {
    return json(HttpStatus.OK, body);
  }

  private static HttpResponse json(HttpStatus status, @Nullable Object body) {
    try {
      return HttpResponse.of(status, MediaType.JSON, HttpData.wrap(JSON.writeValueAsBytes(body)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
