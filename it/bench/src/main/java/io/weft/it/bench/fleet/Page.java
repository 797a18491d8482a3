package io.weft.it.bench.fleet;

import static io.weft.it.bench.Html.escaped;
import static io.weft.it.bench.Html.format;

import io.weft.it.bench.Html;
import java.util.List;

/** The report as one HTML file that needs nothing else. */
final class Page {
  private final Report.Written report;
  private final StringBuilder html = new StringBuilder();

  Page(Report.Written report) {
    this.report = report;
  }

  String html() {
    Report.Machine machine = report.machine();
    html.append(Html.head("Weft: the fleet", "Weft's control at size"))
        .append(
            format(
                "<p class=quiet>%s, %d cores, %s, %s, load average %.1f at the end</p>",
                escaped(report.date()),
                machine.cores(),
                escaped(machine.system()),
                escaped(machine.java()),
                machine.load()));
    List<Figure> goals = report.figures().stream().filter(each -> each.goal() != null).toList();
    table("Goals", goals);
    Plot plot = new Plot(report.figures());
    if (!plot.isEmpty()) {
      html.append("<h2>What a change costs</h2>").append(plot.svg());
    }
    table("All figures", report.figures());
    return html.append("</html>\n").toString();
  }

  private void table(String title, List<Figure> figures) {
    html.append("<h2>")
        .append(title)
        .append("</h2><table><tr><th>scenario<th>agents<th>figure<th><th><th>goal</tr>");
    for (Figure each : figures) {
      html.append(
          format(
              "<tr><td>%s<td class=n>%,d<td>%s<td class='n %s'>%s<td>%s<td class=n>%s</tr>",
              escaped(each.scenario()),
              each.agents(),
              escaped(each.name()),
              each.goal() == null ? "" : each.met() ? "met" : "missed",
              Figure.number(each.value()),
              escaped(each.unit()),
              each.goal() == null ? "" : "&le; " + Figure.number(each.goal())));
    }
    html.append("</table>");
  }
}
