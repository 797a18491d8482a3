package io.weft.it.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The report as one HTML file that needs nothing else. */
final class Page {
  private static final int LABELS = 110;
  private static final int BARS = 420;
  private static final int ROW = 22;
  private static final int BAR = 14;
  // Caller, what stands between, callee.
  private static final List<String> SHARES = List.of("#3b6ea5", "#c8803a", "#6fa36f");
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1180px; padding: 0 1rem;
        color: #222; background: #fff }
      h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem }
      .charts { display: flex; flex-wrap: wrap; gap: 1rem 2rem }
      figure { margin: 0 } figcaption { font-weight: 600; font-size: .9rem }
      table { border-collapse: collapse; font-size: .9rem }
      td, th { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #ddd }
      td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
      .met { color: #1f7a3a } .missed { color: #b3261e; font-weight: 600 }
      svg text { font: 12px system-ui, sans-serif; fill: currentColor } .quiet { color: #666 }
      """;

  private final Report report;
  private final Results results;
  private final StringBuilder html = new StringBuilder();

  Page(Report report) {
    this.report = report;
    this.results = report.results();
  }

  String html() {
    html.append("<!doctype html><html lang=en><meta charset=utf-8><title>Weft: the race</title>")
        .append("<meta name=viewport content='width=device-width'><style>")
        .append(STYLE)
        .append("</style><h1>Weft beside what people would use instead</h1><p class=quiet>");
    report.circumstances().forEach(line -> html.append(escaped(line)).append("<br>"));
    html.append("</p>");
    report
        .complaints()
        .forEach(line -> html.append("<p class=missed>").append(escaped(line)).append("</p>"));
    goals();
    parties();
    results.cells().forEach(this::cell);
    report
        .starts()
        .forEach(
            (figure, byParty) -> {
              List<Bar> bars = new ArrayList<>();
              byParty.forEach((party, spread) -> bars.add(Bar.of(party, spread)));
              html.append("<h2>Start of a Spring Boot application</h2>");
              chart(figure, bars);
            });
    report.profiles().forEach(this::profile);
    return html.append("</html>\n").toString();
  }

  private void goals() {
    html.append("<h2>Goals</h2><table><tr><th><th>figure<th>where<th>measured<th>goal</tr>");
    for (Verdict verdict : report.verdicts()) {
      html.append("<tr><td class=")
          .append(verdict.isMet() ? "met>met" : "missed>missed")
          .append("<td>")
          .append(escaped(verdict.figure()))
          .append("<td>")
          .append(escaped(verdict.where()))
          .append("<td class=n>")
          .append(verdict.measured().map(Report::text).orElse("not measured"))
          .append("<td class=n>")
          .append(verdict.atMost() ? "&le; " : "&ge; ")
          .append(Report.text(verdict.goal()))
          .append(' ')
          .append(escaped(verdict.unit()))
          .append("</tr>");
    }
    html.append("</table>");
  }

  private void parties() {
    html.append("<h2>Who races</h2><table>");
    report
        .options()
        .parties()
        .forEach(
            party ->
                html.append("<tr><td>")
                    .append(party.title())
                    .append("<td>")
                    .append(escaped(party.description()))
                    .append("</tr>"));
    html.append("</table>");
  }

  private void cell(Cell cell) {
    html.append("<h2>").append(escaped(cell.toString())).append("</h2><div class=charts>");
    chart("p50, µs", bars(cell, measure -> measure.micros(50)));
    chart("p99, µs", bars(cell, measure -> measure.micros(99)));
    chart("p99.9, µs", bars(cell, measure -> measure.micros(99.9)));
    if (!cell.load().isOpen()) {
      chart("calls a second", bars(cell, Measure::throughput));
    }
    chart(
        "CPU seconds for 1,000 calls: caller, between, callee",
        results.parties(cell).stream().map(party -> shares(cell, party)).toList());
    chart("bytes allocated for a call, both sides", bars(cell, Measure::bytesPerCall));
    chart("resident memory after it, all processes, MB", bars(cell, Measure::residentMegabytes));
    chart("collections of garbage", bars(cell, Measure::collections));
    html.append("</div>");
  }

  private void profile(Profile profile) {
    for (Profile.Shares shares : profile.shares()) {
      html.append(
          format(
              "<h2>%s, %s: %.1f&nbsp;%% are Weft's</h2><table>",
              profile.party(), escaped(shares.title()), shares.weft() * 100));
      for (Profile.Share each : shares.greatest()) {
        html.append(
            format(
                "<tr><td class=n>%.2f&nbsp;%%<td>%s</tr>",
                each.part() * 100, escaped(each.method())));
      }
      html.append("</table>");
    }
  }

  private List<Bar> bars(Cell cell, ToDoubleFunction<Measure> figure) {
    return results.parties(cell).stream()
        .map(party -> results.spread(cell, party, figure).map(spread -> Bar.of(party, spread)))
        .flatMap(Optional::stream)
        .toList();
  }

  private Bar shares(Cell cell, Party party) {
    Spread all = results.spread(cell, party, Measure::cpuSecondsPerThousand).orElseThrow();
    double caller = share(cell, party, "caller");
    double callee = share(cell, party, "callee");
    return new Bar(
        party.title(), all, List.of(caller, Math.max(0, all.median() - caller - callee), callee));
  }

  private double share(Cell cell, Party party, String process) {
    return results
        .spread(cell, party, measure -> measure.cpuSecondsPerThousand(process))
        .orElseThrow()
        .median();
  }

  private record Bar(String label, Spread spread, List<Double> shares) {
    static Bar of(Party party, Spread spread) {
      return new Bar(party.title(), spread, List.of(spread.median()));
    }
  }

  /** A bar for each median, and a thin line from the least to the greatest. */
  private void chart(String title, List<Bar> bars) {
    double most = bars.stream().mapToDouble(bar -> bar.spread().high()).max().orElse(1);
    double scale = BARS / (most > 0 ? most : 1);
    html.append(
        format(
            "<figure><figcaption>%s</figcaption><svg width=%d height=%d role=img>",
            escaped(title), LABELS + BARS + 130, bars.size() * ROW));
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      int top = i * ROW + (ROW - BAR) / 2;
      int middle = top + BAR / 2;
      html.append(format("<text x=0 y=%d>%s</text>", middle + 4, escaped(bar.label())));
      double left = LABELS;
      for (int part = 0; part < bar.shares().size(); part++) {
        double width = bar.shares().get(part) * scale;
        html.append(
            format(
                "<rect x=%.1f y=%d width=%.1f height=%d fill='%s'/>",
                left, top, width, BAR, SHARES.get(part)));
        left += width;
      }
      html.append(
          format(
              "<line x1=%.1f x2=%.1f y1=%d y2=%d stroke='#222'/>" + "<text x=%.1f y=%d>%s</text>",
              LABELS + bar.spread().low() * scale,
              LABELS + bar.spread().high() * scale,
              middle,
              middle,
              LABELS + bar.spread().high() * scale + 6,
              middle + 4,
              Report.text(bar.spread().median())));
    }
    html.append("</svg></figure>");
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
