package io.weft.control.admin;

import com.linecorp.armeria.common.HttpStatus;
import io.weft.control.identity.IssueException;
import io.weft.control.identity.Pem;
import io.weft.control.identity.WorkloadAuthority;
import io.weft.control.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the admin API can ask of the authority of services' certificates. */
public final class CaRequests {
  private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  private final Loop loop;
  private final WorkloadAuthority authority;

  public CaRequests(Loop loop, WorkloadAuthority authority) {
    this.loop = loop;
    this.authority = authority;
  }

  /** An answer, or what is wrong in one line. */
  record Answer(HttpStatus status, Map<String, String> body, String problem) {
    static Answer of(Map<String, String> body) {
      return new Answer(HttpStatus.OK, body, "");
    }

    static Answer refused(HttpStatus status, String problem) {
      return new Answer(status, Map.of(), problem);
    }
  }

  Answer status() {
    return Answer.of(authority.status());
  }

  Answer bundle() {
    return Answer.of(Map.of("bundle", authority.bundle()));
  }

  CompletableFuture<Answer> rotate() {
    return loop.askAsync(authority::rotate)
        .thenApply(
            problem ->
                problem.isEmpty()
                    ? Answer.of(Map.of("phase", "ANNOUNCED"))
                    : Answer.refused(HttpStatus.CONFLICT, problem));
  }

  CompletableFuture<Answer> revoke(String namespace, String principal) {
    String wrong = wrong(namespace, principal);
    if (!wrong.isEmpty()) {
      return CompletableFuture.completedFuture(Answer.refused(HttpStatus.BAD_REQUEST, wrong));
    }
    return loop.askAsync(() -> authority.revoke(namespace, principal))
        .thenApply(
            revoked ->
                Answer.of(
                    Map.of(
                        "spiffeId",
                        revoked.spiffeId(),
                        "before",
                        Instant.ofEpochSecond(revoked.before()).toString())));
  }

  /**
   * @param request PKCS#10, PEM or DER
   * @param seconds its life; empty for that of services' certificates
   */
  CompletableFuture<Answer> sign(
      byte[] request, String namespace, String principal, String seconds) {
    String wrong = wrong(namespace, principal);
    if (!seconds.matches("\\d{0,9}")) {
      wrong = "seconds must be a whole number";
    }
    if (!wrong.isEmpty()) {
      return CompletableFuture.completedFuture(Answer.refused(HttpStatus.BAD_REQUEST, wrong));
    }
    Duration life =
        seconds.isEmpty() ? authority.leafLife() : Duration.ofSeconds(Long.parseLong(seconds));
    String chain;
    try {
      chain = Pem.of(authority.issue(der(request), authority.spiffeId(namespace, principal), life));
    } catch (IssueException e) {
      return CompletableFuture.completedFuture(
          Answer.refused(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
    }
    // First it is remembered until when its root is needed, then it is handed out.
    return loop.askAsync(() -> authority.signedUntil(Instant.now().plus(life)))
        .thenApply(
            kept ->
                kept
                    ? Answer.of(Map.of("chain", chain))
                    : Answer.refused(
                        HttpStatus.CONFLICT, "the authority has just changed: try again"));
  }

  private static byte[] der(byte[] request) {
    String text = new String(request, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf("-----BEGIN");
    int end = text.indexOf("-----END");
    if (begin < 0 || end < begin) {
      return request;
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(text.indexOf('\n', begin), end).strip());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return request;
    }
  }

  private static String wrong(String namespace, String principal) {
    if (!namespace.matches(NAME)) {
      return "not a namespace: " + namespace;
    }
    return principal.matches(NAME) ? "" : "not a principal: " + principal;
  }
}
