package io.weft.it.bench.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures control with a simulated fleet. */
@Command(
    name = "fleet",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Measures control at size: a real control over a real etcd, and agents that speak the real"
            + " protocol over TLS, thousands of them in one process.")
public final class FleetCommand implements Callable<Integer> {

  /** What can be measured. */
  enum Scenario {
    WRITE,
    CHURN,
    STORM,
    RESTART,
    ENDPOINTS,
    MEMORY
  }

  @Option(
      names = "--scenario",
      split = ",",
      description = "Of ${COMPLETION-CANDIDATES}; all by default.")
  private Set<Scenario> scenarios = EnumSet.allOf(Scenario.class);

  @Option(
      names = "--agents",
      description = "The most agents there are; by default what the goals are set for.")
  private int agents = 10_000;

  @Option(
      names = "--sizes",
      split = ",",
      description =
          "How many agents there are in the churn, one after the other; a tenth, three tenths and all"
              + " of them by default.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--seconds",
      description = "How long each churn lasts (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  @Option(
      names = "--heap",
      description = "The most heap of a control, in megabytes (default: ${DEFAULT-VALUE}).")
  private int heap = 640;

  @Option(
      names = "--etcd",
      description =
          "URL of an etcd that runs already and is empty. By default one is started for each"
              + " scenario: the program on PATH, else a container.")
  private String etcd = "";

  @Option(
      names = "--folder",
      description =
          "Where etcd and control keep their data meanwhile; on a RAM disk, etcd waits for no other"
              + " (default: that of temporary files).")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--json",
      description =
          "File for the figures (default: it/bench/target/fleet.json); as .html and .svg beside it"
              + " a page, and its plot.")
  private Path json = home().resolve("it/bench/target/fleet.json");

  @Option(
      names = "--keep",
      description = "Figures that are in that file and not measured now stay in it.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    Stage.Props props =
        new Stage.Props(
            home().resolve("control/cli/target/weft-cli.jar"),
            heap,
            folder,
            data ->
                !etcd.isEmpty()
                    ? Etcd.at(etcd)
                    : onPath() ? Etcd.program("etcd", data) : Etcd.container());
    Report report = new Report(keep ? Report.figures(json) : List.of());
    try {
      run(props, report);
    } finally {
      report.write(json); // what there is
    }
    System.out.println("Written to " + json);
    report.missed().forEach(each -> System.out.println("Missed: " + each.line()));
    return 0;
  }

  private void run(Stage.Props props, Report report) throws IOException {
    if (scenarios.contains(Scenario.WRITE)) {
      WriteToEnforced.run(props, Math.min(agents, 2_000), seconds, report);
    }
    if (scenarios.contains(Scenario.CHURN)) {
      Churn.run(
          props,
          sizes.isEmpty() ? List.of(agents / 10, agents * 3 / 10, agents) : sizes,
          seconds,
          report);
    }
    if (scenarios.contains(Scenario.STORM)) {
      ReconnectStorm.run(props, agents, report);
    }
    if (scenarios.contains(Scenario.RESTART)) {
      RollingRestart.run(props, Math.min(agents / 3, 1_000), Math.min(agents / 3, 2_000), report);
    }
    if (scenarios.contains(Scenario.ENDPOINTS)) {
      AgentSide.run(agents, report);
    }
    if (scenarios.contains(Scenario.MEMORY)) {
      AddedMemory.run(props, home(), agents, report);
    }
  }

  private static boolean onPath() {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, "etcd"))) {
        return true;
      }
    }
    return false;
  }

  private static Path home() {
    Path folder = Path.of(System.getProperty("weft.home", "")).toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("not inside the project: " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }
}
