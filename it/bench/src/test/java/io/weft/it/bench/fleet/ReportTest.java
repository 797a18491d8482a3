package io.weft.it.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a run when it is over. */
class ReportTest {
  @TempDir private Path folder;

  @Test
  void figures_of_earlier_runs_stay_unless_they_are_measured_again() throws Exception {
    Path json = folder.resolve("fleet.json");
    Report first = new Report(List.of());
    first.add(churn(1_000, "bytes for a change", 10_000));
    first.add(churn(3_000, "bytes for a change", 99_999));
    first.write(json);

    Report second = new Report(Report.figures(json));
    second.add(churn(3_000, "bytes for a change", 10_100));
    second.write(json);

    assertThat(Report.figures(json))
        .containsExactly(
            churn(1_000, "bytes for a change", 10_000), churn(3_000, "bytes for a change", 10_100));
  }

  @Test
  void a_page_shows_which_goals_are_met_and_a_plot_what_a_change_costs_at_each_size()
      throws Exception {
    Report report = new Report(List.of());
    report.add(churn(1_000, "bytes for a change", 10_000));
    report.add(churn(10_000, "bytes for a change", 10_200));
    report.add(churn(10_000, "control's CPU", 1.25).atMost(1));
    report.write(folder.resolve("fleet.json"));

    String page = Files.readString(folder.resolve("fleet.html"));
    String plot = Files.readString(folder.resolve("fleet.svg"));

    assertThat(page).contains("<td class='n missed'>1.3<", plot);
    assertThat(plot).contains(">10.0<", ">10.2<", ">1,000<", ">10,000<");
  }

  @Test
  void without_a_churn_there_is_no_plot() throws Exception {
    Report report = new Report(List.of());
    report.add(Figure.of("storm", 1_000, "until all are back", 9, "s"));
    report.write(folder.resolve("fleet.json"));

    assertThat(folder.resolve("fleet.html")).exists();
    assertThat(folder.resolve("fleet.svg")).doesNotExist();
  }

  private static Figure churn(int agents, String name, double value) {
    return Figure.of("churn", agents, name, value, "");
  }
}
