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
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.weft.control.accept.Acceptance;
import io.weft.control.accept.Acceptance.Outcome;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The admin API, JSON over HTTP for bearers of an admin token: {@code /v1/config}, {@code
 * /v1/status}, {@code /v1/edges}, {@code /v1/history} and {@code /v1/tokens}. Errors are {@code
 * {"errors":[{"file","line","field","message"}]}}.
 */
public final class AdminService implements HttpService {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String BEARER = "Bearer ";

  private final Acceptance acceptance;
  private final Tokens tokens;
  private final View view;
  private final Peers peers;
  private final DocumentReader reader = new DocumentReader();

  public AdminService(Acceptance acceptance, Tokens tokens, View view, Peers peers) {
    this.acceptance = acceptance;
    this.tokens = tokens;
    this.view = view;
    this.peers = peers;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String authorization = request.headers().get("authorization", "");
    if (!authorization.startsWith(BEARER)
        || tokens
            .check(Token.Purpose.ADMIN, authorization.substring(BEARER.length()).strip())
            .isEmpty()) {
      return error(
          HttpStatus.UNAUTHORIZED, "the admin token is missing, unknown here, or has expired");
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenCompose(whole -> answer(context, whole))
            .exceptionally(AdminService::failed));
  }

  private CompletableFuture<HttpResponse> answer(
      ServiceRequestContext context, AggregatedHttpRequest request) {
    List<String> path =
        Arrays.stream(context.mappedPath().split("/")).filter(step -> !step.isEmpty()).toList();
    String what = request.method() + " " + (path.isEmpty() ? "" : path.get(0));
    boolean local = "true".equals(context.queryParam("local"));
    return switch (what) {
      case "GET status" -> status(local);
      case "GET edges" -> edges(local);
      case "GET history" -> view.history(100).thenApply(steps -> json(Map.of("history", steps)));
      case "GET config" -> config(path);
      case "POST config" -> apply(context, request);
      case "DELETE config" -> delete(path, author(request));
      case "GET tokens" -> CompletableFuture.completedFuture(tokenList());
      case "POST tokens" -> createToken(context);
      default ->
          CompletableFuture.completedFuture(
              error(
                  HttpStatus.NOT_FOUND, "there is no " + request.method() + " " + context.path()));
    };
  }

  private CompletableFuture<HttpResponse> status(boolean local) {
    return view.status()
        .thenCombine(others(local, "/v1/status?local=true"), Merged::status)
        .thenApply(AdminService::json);
  }

  private CompletableFuture<HttpResponse> edges(boolean local) {
    return view.edges()
        .thenCombine(others(local, "/v1/edges?local=true"), Merged::edges)
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
      ServiceRequestContext context, AggregatedHttpRequest request) {
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
    boolean dryRun = "true".equals(context.queryParam("dryRun"));
    return acceptance
        .apply(read.documents(), author(request), dryRun)
        .thenCombine(view.warnings(read.documents()), AdminService::outcome);
  }

  private static HttpResponse outcome(Outcome outcome, List<Problem> warnings) {
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
            outcome.done().stream()
                .map(
                    done ->
                        Map.of(
                            "kind", done.key().kind().word(),
                            "namespace", done.key().namespace(),
                            "name", done.key().name(),
                            "action", done.action()))
                .toList(),
            "warnings",
            warnings));
  }

  private CompletableFuture<HttpResponse> delete(List<String> path, String author) {
    if (path.size() != 4) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.BAD_REQUEST, "name what to delete: Kind/namespace/name"));
    }
    if (Kind.of(path.get(1)).isEmpty()) {
      return CompletableFuture.completedFuture(unknownKind(path.get(1)));
    }
    Document.Key key =
        new Document.Key(Kind.of(path.get(1)).orElseThrow(), path.get(2), path.get(3));
    return acceptance
        .delete(key, author)
        .thenApply(
            outcome ->
                outcome
                    .map(done -> outcome(done, List.of()))
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
              "expires", expires == null ? "" : expires));
    }
    return json(Map.of("tokens", all));
  }

  private CompletableFuture<HttpResponse> createToken(ServiceRequestContext context) {
    String purpose = given(context, "purpose");
    String life = given(context, "seconds");
    if (!Stream.of("JOIN", "ADMIN").toList().contains(purpose) || !life.matches("\\d{0,9}")) {
      return CompletableFuture.completedFuture(
          error(HttpStatus.BAD_REQUEST, "purpose must be JOIN or ADMIN, seconds a whole number"));
    }
    return tokens
        .create(
            Token.Purpose.valueOf(purpose),
            given(context, "namespace"),
            given(context, "principal"),
            life.isEmpty() ? null : Duration.ofSeconds(Long.parseLong(life)))
        .thenApply(text -> json(Map.of("token", text)));
  }

  private static String given(ServiceRequestContext context, String name) {
    String value = context.queryParam(name);
    return value == null ? "" : value;
  }

  private static String author(AggregatedHttpRequest request) {
    return request.headers().get("weft-author", "");
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
