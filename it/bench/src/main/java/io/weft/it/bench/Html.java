package io.weft.it.bench;

import java.util.Locale;

/** What pages of figures have in common: one file each, that needs nothing else. */
public final class Html {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1180px; padding: 0 1rem;
        color: #222; background: #fff }
      h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 2.4rem 0 .5rem }
      h3 { font-size: 1rem; margin: 1.6rem 0 .4rem }
      .charts { display: flex; flex-wrap: wrap; gap: 1.2rem 2rem; margin-top: 1rem }
      figure { margin: 0 } figcaption { font-weight: 600; font-size: .9rem }
      table { border-collapse: collapse; font-size: .9rem }
      td, th { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #ddd }
      .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
      .met { color: #1f7a3a } .missed { color: #b3261e; font-weight: 600 }
      .complaint { color: #b3261e; white-space: pre-line; margin: .3rem 0 }
      nav { display: flex; flex-wrap: wrap; gap: 0 1.2rem } .quiet { color: #666 }
      iframe { width: 100%; height: 520px; border: 1px solid #ddd; margin: .4rem 0 }
      svg text { font: 12px system-ui, sans-serif; fill: currentColor }
      """;

  private Html() {}

  /** How a page begins. */
  public static String head(String title, String heading) {
    return "<!doctype html><html lang=en><meta charset=utf-8><title>"
        + escaped(title)
        + "</title><meta name=viewport content='width=device-width'><style>"
        + STYLE
        + "</style><h1>"
        + escaped(heading)
        + "</h1>";
  }

  /** Text as it is written in HTML and XML. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Numbers in one form, wherever it is made. */
  public static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
