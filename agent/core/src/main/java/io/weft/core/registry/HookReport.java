package io.weft.core.registry;

/**
 * What the agent did with one library of the application, for {@code weft status}.
 *
 * @param version the library's version, empty if it does not say
 * @param active true if hooked; false if left alone
 * @param reason why it was left alone, one line; empty if active
 */
public record HookReport(String library, String version, boolean active, String reason) {

  /** A library that is hooked. */
  public static HookReport hooked(String library, String version) {
    return new HookReport(library, version, true, "");
  }

  /** A library that is left alone, and why. */
  public static HookReport leftAlone(String library, String version, String reason) {
    return new HookReport(library, version, false, reason);
  }
}
