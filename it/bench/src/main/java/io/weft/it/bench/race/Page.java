package io.weft.it.bench.race;

import static io.weft.it.bench.Html.escaped;
import static io.weft.it.bench.Html.format;

import io.weft.it.bench.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The report as one HTML file that needs nothing else. */
final class Page {
  private static final int LABELS = 110;
  private static final int BARS = 330;
  private static final int FIGURES = 100;
  private static final int ROW = 22;
  private static final int BAR = 14;
  private static final String OURS = "#3b6ea5";
  private static final String OTHERS = "#a9b1ba";
  // Caller, what stands between, callee.
  private static final List<String> SHARES = List.of("#5b8db8", "#d9a05b", "#8fb58f");

  private final Report report;
  private final Results results;
  private final StringBuilder html = new StringBuilder();

  Page(Report report) {
    this.report = report;
    this.results = report.results();
  }

  String html() {
    html.append(Html.head("Weft: the race", "Weft beside what people would use instead"))
        .append("<p class=quiet>");
    report.circumstances().forEach(line -> html.append(escaped(line)).append("<br>"));
    html.append("</p>");
    report
        .complaints()
        .forEach(line -> html.append("<p class=complaint>").append(escaped(line)).append("</p>"));
    goals();
    parties();
    contents();
    results.cells().forEach(this::cell);
    starts();
    if (!report.profiles().isEmpty()) {
      html.append(
              "<h2>Where it goes</h2><p>The wider, the more; below each method are those that it")
          .append(
              " calls. Weft's are purple, and a click looks into one. The tables hold what Weft's")
          .append(" methods do themselves, and what the JDK does for them.</p>");
    }
    report.profiles().forEach(this::profile);
    return html.append("</html>\n").toString();
  }

  private void goals() {
    if (report.verdicts().isEmpty()) {
      return;
    }
    html.append("<h2>Goals</h2><table><tr><th><th>figure<th>where<th class=n>measured")
        .append("<th class=n>goal</tr>");
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
    html.append("</table><p>").append(escaped(report.summary())).append("</p>");
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

  private void contents() {
    html.append("<h2>What was measured</h2><nav>");
    for (Cell cell : results.cells()) {
      html.append(format("<a href='#%s'>%s</a>", id(cell), escaped(cell.toString())));
    }
    html.append("</nav>");
  }

  private static String id(Cell cell) {
    return cell.toString().replaceAll("[^a-z0-9]+", "-");
  }

  private void cell(Cell cell) {
    html.append(format("<h2 id='%s'>%s</h2>", id(cell), escaped(cell.toString())));
    boolean atRate = cell.load().isOpen();
    if (!results.of(cell, Party.OWN_TLS).isEmpty()) {
      beside(cell);
    }
    html.append("<div class=charts>");
    chart("p50, µs", bars(cell, measure -> measure.micros(50)));
    chart("p99, µs", bars(cell, measure -> measure.micros(99)));
    chart("p99.9, µs", bars(cell, measure -> measure.micros(99.9)));
    if (atRate) {
      chart(
          "CPU seconds for 1,000 calls: "
              + colored(SHARES.get(0), "caller")
              + colored(SHARES.get(1), "proxies")
              + colored(SHARES.get(2), "callee"),
          results.parties(cell).stream().map(party -> shares(cell, party)).toList());
    } else {
      chart("calls a second", bars(cell, Measure::throughput));
    }
    chart("bytes allocated for a call, both sides", bars(cell, Measure::bytesPerCall));
    chart("resident memory after it, all processes, MB", bars(cell, Measure::residentMegabytes));
    chart("collections of garbage, both sides", bars(cell, Measure::collections));
    chart("paused for them, ms", bars(cell, Measure::pausedMillis));
    html.append("</div>");
  }

  /** What each adds to mutual TLS by hand, within the same round: the figures that count. */
  private void beside(Cell cell) {
    boolean atRate = cell.load().isOpen();
    html.append("<table><tr><th>beside own-mtls<th class=n>p50 added, µs<th class=n>p99 added, µs")
        .append("<th class=n>p99.9 added, µs<th class=n>")
        .append(atRate ? "CPU, ratio" : "calls a second, ratio")
        .append("<th class=n>allocated, ratio</tr>");
    for (Party party : results.parties(cell)) {
      if (party != Party.OWN_TLS) {
        html.append("<tr><td>").append(party.title());
        for (double percentile : new double[] {50, 99, 99.9}) {
          figure(
              results.difference(
                  cell, party, Party.OWN_TLS, measure -> measure.micros(percentile)));
        }
        figure(
            results.ratio(
                cell,
                party,
                Party.OWN_TLS,
                atRate ? Measure::cpuSecondsPerThousand : Measure::throughput));
        figure(results.ratio(cell, party, Party.OWN_TLS, Measure::bytesPerCall));
        html.append("</tr>");
      }
    }
    html.append("</table>");
  }

  private void figure(Optional<Spread> spread) {
    html.append("<td class=n>").append(spread.map(Report::text).orElse(""));
  }

  private void starts() {
    if (report.starts().isEmpty()) {
      return;
    }
    html.append("<h2>Start of a Spring Boot application</h2><div class=charts>");
    report
        .starts()
        .forEach(
            (figure, byParty) -> {
              List<Bar> bars = new ArrayList<>();
              byParty.forEach((party, spread) -> bars.add(Bar.of(party, spread)));
              chart(figure, bars);
            });
    html.append("</div>");
  }

  private void profile(Profile profile) {
    for (Profile.Shares shares : profile.shares()) {
      html.append(
          format(
              "<h3>%s, %s, %s: %.1f&nbsp;%% are Weft's</h3><iframe srcdoc=\"%s\"></iframe>",
              profile.party(),
              profile.workload(),
              escaped(shares.title()),
              shares.weft() * 100,
              shares.flames().replace("&", "&amp;").replace("\"", "&quot;")));
      if (!shares.greatest().isEmpty()) {
        html.append("<table>");
        for (Profile.Share each : shares.greatest()) {
          html.append(
              format(
                  "<tr><td class=n>%.2f&nbsp;%%<td>%s</tr>",
                  each.part() * 100, escaped(each.method())));
        }
        html.append("</table>");
      }
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
    double between = Math.max(0, all.median() - caller - callee);
    return new Bar(
        party.title(),
        all,
        List.of(
            new Part(caller, SHARES.get(0)),
            new Part(between, SHARES.get(1)),
            new Part(callee, SHARES.get(2))));
  }

  private double share(Cell cell, Party party, String process) {
    return results
        .spread(cell, party, measure -> measure.cpuSecondsPerThousand(process))
        .orElseThrow()
        .median();
  }

  private record Part(double size, String color) {}

  private record Bar(String label, Spread spread, List<Part> parts) {
    static Bar of(Party party, Spread spread) {
      return new Bar(
          party.title(),
          spread,
          List.of(new Part(spread.median(), party.hasAgent() ? OURS : OTHERS)));
    }
  }

  /** A bar for each median, and a thin line from the least to the greatest. */
  private void chart(String title, List<Bar> bars) {
    double most = bars.stream().mapToDouble(bar -> bar.spread().high()).max().orElse(1);
    double scale = BARS / (most > 0 ? most : 1);
    html.append(
        format(
            "<figure><figcaption>%s</figcaption><svg width=%d height=%d role=img>",
            title, LABELS + BARS + FIGURES, bars.size() * ROW));
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      int top = i * ROW + (ROW - BAR) / 2;
      int middle = top + BAR / 2;
      html.append(format("<text x=0 y=%d>%s</text>", middle + 4, escaped(bar.label())));
      double left = LABELS;
      for (Part part : bar.parts()) {
        double width = part.size() * scale;
        html.append(
            format(
                "<rect x=%.1f y=%d width=%.1f height=%d fill='%s'/>",
                left, top, width, BAR, part.color()));
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

  private static String colored(String color, String text) {
    return format("<span style='color: %s'>&#9632;</span> %s ", color, text);
  }
}
