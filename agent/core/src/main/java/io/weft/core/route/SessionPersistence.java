package io.weft.core.route;

import io.weft.core.call.HeaderEditor;
import io.weft.core.call.RequestHead;

/**
 * By what the requests of a session come to one instance (Gateway API SessionPersistence): the
 * answer names the instance in a cookie or header, and who sends that again comes back to it.
 * Immutable.
 *
 * @param name of the cookie or header; empty where requests belong to no session
 * @param maxAgeSeconds how long the cookie lives; 0 for as long as its client
 */
public record SessionPersistence(boolean header, String name, long maxAgeSeconds) {
  /** Requests belong to no session. */
  public static final SessionPersistence NONE = new SessionPersistence(false, "", 0);

  /** Whether there are sessions at all. */
  public boolean isOn() {
    return !name.isEmpty();
  }

  /** What a request says of its instance; empty if it begins a session. */
  public String of(RequestHead request) {
    if (!isOn()) {
      return "";
    }
    return header ? request.header(name) : Cookies.value(request.header("cookie"), name);
  }

  /** Names an instance in an answer. */
  public void give(HeaderEditor answer, String instance) {
    if (header) {
      answer.set(name, instance);
    } else {
      answer.add(
          "set-cookie",
          name
              + "="
              + instance
              + "; Path=/; HttpOnly"
              + (maxAgeSeconds > 0 ? "; Max-Age=" + maxAgeSeconds : ""));
    }
  }
}
