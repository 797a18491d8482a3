package io.weft.it.bench.fleet;

import static io.weft.it.bench.Html.escaped;
import static io.weft.it.bench.Html.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a change costs, over the number of agents: an SVG file that needs nothing else. */
final class Plot {
  private static final int COLUMNS = 2;
  private static final int WIDTH = 430;
  private static final int HEIGHT = 230;
  // Around the lines of a panel: its title above, the numbers of agents below, values beside.
  private static final int TOP = 70;
  private static final int BOTTOM = 40;
  private static final int SIDE = 42;
  private static final List<String> COLOURS = List.of("#3b6ea5", "#c8803a");

  /**
   * @param figure of the churn
   * @param label empty where there is one line alone
   */
  private record Line(String figure, String label) {}

  /**
   * @param factor by which values are multiplied, for their unit in the title
   */
  private record Panel(String title, double factor, String format, List<Line> lines) {}

  private static final List<Panel> PANELS =
      List.of(
          new Panel(
              "Bytes for a change of an instance, kB",
              1e-3,
              "%.1f",
              List.of(new Line("bytes for a change", ""))),
          new Panel(
              "Control's processor time for it, ms",
              1,
              "%.1f",
              List.of(new Line("control's CPU for a change", ""))),
          new Panel(
              "Control's processor time, cores",
              1,
              "%.2f",
              List.of(
                  new Line("control's CPU", "ten changes a second"),
                  new Line("control's CPU, nothing changes", "nothing changes"))),
          new Panel(
              "Control's resident memory, MB",
              1,
              "%.0f",
              List.of(new Line("control's memory", ""))));

  private final List<Figure> figures;
  private final StringBuilder svg = new StringBuilder();

  /**
   * @param figures of a run; those of the churn are drawn
   */
  Plot(List<Figure> figures) {
    this.figures =
        figures.stream()
            .filter(each -> each.scenario().equals(Churn.NAME))
            .sorted(Comparator.comparingInt(Figure::agents))
            .toList();
  }

  /** Whether there is anything to be drawn. */
  boolean isEmpty() {
    return figures.isEmpty();
  }

  String svg() {
    int rows = (PANELS.size() + COLUMNS - 1) / COLUMNS;
    svg.append(
        format(
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' role='img'"
                + " font-family='system-ui, sans-serif' font-size='12' color='#222'"
                + " fill='currentColor'><rect width='100%%' height='100%%' fill='#fff'/>\n",
            COLUMNS * WIDTH, rows * HEIGHT));
    for (int i = 0; i < PANELS.size(); i++) {
      svg.append(
          format("<g transform='translate(%d %d)'>", i % COLUMNS * WIDTH, i / COLUMNS * HEIGHT));
      panel(PANELS.get(i));
      svg.append("</g>\n");
    }
    return svg.append("</svg>\n").toString();
  }

  private record Point(double x, double y, double value) {}

  private void panel(Panel panel) {
    int bottom = HEIGHT - BOTTOM;
    svg.append(
        format(
            "<text x='%d' y='20' font-weight='600'>%s</text>"
                + "<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='#999'/>",
            SIDE / 2, escaped(panel.title()), SIDE / 2, WIDTH - SIDE / 2, bottom, bottom));
    double most =
        panel.lines().stream()
            .flatMap(line -> of(line).stream())
            .mapToDouble(Figure::value)
            .max()
            .orElse(1);
    for (int i = 0; i < panel.lines().size(); i++) {
      Line line = panel.lines().get(i);
      List<Point> points = new ArrayList<>();
      for (Figure each : of(line)) {
        double y = bottom - (bottom - TOP) * each.value() / (most > 0 ? most : 1);
        points.add(new Point(x(each.agents()), y, each.value() * panel.factor()));
      }
      svg.append(
          format(
              "<text x='%d' y='%d' fill='%s'>%s</text>",
              SIDE / 2, 36 + 16 * i, COLOURS.get(i), escaped(line.label())));
      line(points, COLOURS.get(i), panel.format());
    }
    figures.stream()
        .mapToInt(Figure::agents)
        .distinct()
        .forEach(
            agents ->
                svg.append(
                    format(
                        "<text x='%.1f' y='%d' text-anchor='middle'>%,d</text>",
                        x(agents), bottom + 18, agents)));
  }

  private List<Figure> of(Line line) {
    return figures.stream().filter(each -> each.name().equals(line.figure())).toList();
  }

  private void line(List<Point> points, String colour, String number) {
    StringBuilder path = new StringBuilder();
    for (Point each : points) {
      path.append(format("%.1f,%.1f ", each.x(), each.y()));
    }
    svg.append(
        format(
            "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>",
            path.toString().strip(), colour));
    for (Point each : points) {
      svg.append(
          format(
              "<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>"
                  + "<text x='%.1f' y='%.1f' text-anchor='middle'>%s</text>",
              each.x(), each.y(), colour, each.x(), each.y() - 8, format(number, each.value())));
    }
  }

  // By their logarithm: a tenth of the agents is as far from three tenths as these from all.
  private double x(int agents) {
    double least = Math.log(figures.get(0).agents());
    double most = Math.log(figures.get(figures.size() - 1).agents());
    double part = most > least ? (Math.log(agents) - least) / (most - least) : 0.5;
    return SIDE + part * (WIDTH - 2 * SIDE);
  }
}
