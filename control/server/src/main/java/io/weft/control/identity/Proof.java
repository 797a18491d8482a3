package io.weft.control.identity;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What somebody shows of a token, {@code id.secret}, whether there is such a token or not. */
record Proof(String id, String secret) {
  private static final String PART = "[A-Za-z0-9_-]{1,100}";
  private static final Pattern SHOWN = Pattern.compile("(" + PART + ")\\.(" + PART + ")");
  private static final Pattern JOIN =
      Pattern.compile("weft1\\.(" + PART + ")\\.(" + PART + ")\\.[^.]*");

  /** That of a credential; empty if it can be none. */
  static Optional<Proof> of(String credential) {
    return of(SHOWN, credential);
  }

  /**
   * That of a token's text, as it stands in a file; empty if it is none. A join token's holds more
   * than the credential that is made of it.
   */
  static Optional<Proof> ofText(Token.Purpose purpose, String text) {
    Optional<Proof> whole = purpose == Token.Purpose.JOIN ? of(JOIN, text) : Optional.empty();
    return whole.isPresent() ? whole : of(text);
  }

  private static Optional<Proof> of(Pattern form, String text) {
    Matcher parts = form.matcher(text);
    return parts.matches()
        ? Optional.of(new Proof(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return id + ".***";
  }
}
