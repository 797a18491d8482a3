package io.weft.control.admin;

import io.weft.control.identity.Token;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the admin API can be asked for, and the least role that may ask. */
enum Endpoint {
  GET_STATUS(Token.Role.VIEWER),
  GET_EDGES(Token.Role.VIEWER),
  GET_DENIALS(Token.Role.VIEWER),
  GET_HISTORY(Token.Role.VIEWER),
  GET_EXPLAIN(Token.Role.VIEWER),
  GET_CONFIG(Token.Role.VIEWER),
  GET_IDENTITY(Token.Role.VIEWER),
  GET_CA(Token.Role.VIEWER),
  POST_CONFIG(Token.Role.EDITOR),
  DELETE_CONFIG(Token.Role.EDITOR),
  POST_ROLLBACK(Token.Role.EDITOR),
  GET_TOKENS(Token.Role.ADMIN),
  POST_TOKENS(Token.Role.ADMIN),
  DELETE_TOKENS(Token.Role.ADMIN),
  POST_CA(Token.Role.ADMIN);

  private final Token.Role least;

  Endpoint(Token.Role least) {
    this.least = least;
  }

  /** That of a method and the first step of a path below {@code /v1}. */
  static Optional<Endpoint> of(String method, String step) {
    return Arrays.stream(values())
        .filter(each -> each.method().equals(method) && each.step().equals(step))
        .findFirst();
  }

  Token.Role least() {
    return least;
  }

  String method() {
    return name().substring(0, name().indexOf('_'));
  }

  String step() {
    return name().substring(name().indexOf('_') + 1).toLowerCase(Locale.ROOT);
  }
}
