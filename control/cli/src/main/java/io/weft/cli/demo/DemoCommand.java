package io.weft.cli.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft demo}. */
@Command(
    name = "demo",
    description = {
      "Run a shop of real services in a mesh on this machine, and watch the calls between them.",
      "Ctrl-C ends everything, and nothing is left behind."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int VISITS_PER_SECOND = 8;
  private static final String LEAF_LIFE = "24h";
  // So that they are renewed again and again while the script plays.
  private static final String CHECK_LEAF_LIFE = "30s";
  private static final long TERMINAL_PAUSE_MILLIS = 1_000;
  private static final long STREAM_PAUSE_MILLIS = 5_000;

  @Option(
      names = "--check",
      description = "Play a script instead, compare what is seen with what is expected, and end.")
  private boolean check;

  @Option(
      names = "--etcd",
      defaultValue = "auto",
      paramLabel = "WHERE",
      description = "Where etcd comes from: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Place etcd = Place.auto;

  @Option(
      names = "--etcd-image",
      defaultValue = "",
      paramLabel = "IMAGE",
      description = "Image to run etcd from (the official one).")
  private String etcdImage = "";

  @Option(
      names = "--jaeger",
      defaultValue = "auto",
      paramLabel = "WHERE",
      description = "Where Jaeger comes from: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Place jaeger = Place.auto;

  @Option(
      names = "--jaeger-image",
      defaultValue = "",
      paramLabel = "IMAGE",
      description = "Image to run Jaeger from (the official one).")
  private String jaegerImage = "";

  @Override
  public Integer call() {
    Screen screen =
        new Screen(
            new PrintStream(
                new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
            Boolean.getBoolean("weft.terminal"));
    Stage stage = new Stage();
    AtomicBoolean interrupted = new AtomicBoolean(true);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (interrupted.get()) {
                    screen.lastLine("\nStopping ...");
                    stage.end();
                    screen.lastLine("Everything is stopped; nothing is left behind.");
                  }
                }));
    try {
      return run(stage, screen);
    } catch (DemoException e) {
      screen.line(screen.bad("weft: " + e.getMessage()));
      return 1;
    } finally {
      stage.end();
      interrupted.set(false);
    }
  }

  private int run(Stage stage, Screen screen) {
    screen.line("Starting, in " + stage.folder());
    DemoMesh demo =
        DemoMesh.start(
            stage,
            new DemoMesh.Wish(
                etcd, etcdImage, jaeger, jaegerImage, check ? CHECK_LEAF_LIFE : LEAF_LIFE),
            screen);
    Customer customer = new Customer(demo.shop().page());
    Traffic traffic = Traffic.start(customer, VISITS_PER_SECOND);
    try {
      if (check) {
        return new Check(demo, customer, screen).run() ? 0 : 1;
      }
      welcome(demo, screen);
      watch(demo, screen);
      return 0;
    } finally {
      traffic.stop();
    }
  }

  private static void welcome(DemoMesh demo, Screen screen) {
    Home home = demo.home();
    screen.line("");
    screen.line(
        "Open  " + screen.bold(demo.shop().page().toString()) + "   the shop: buy something");
    demo.jaeger()
        .ifPresent(
            jaeger ->
                screen.line(
                    "      " + screen.bold(jaeger.page().toString()) + "  traces, in Jaeger"));
    screen.line("");
    screen.line("Try, in another terminal, after   . " + demo.environment());
    tryThis(
        screen,
        "curl -X PUT '" + demo.shop().mood() + "?fail=50'",
        "stock v2 fails half its calls");
    tryThis(screen, home.applying("retry.yaml"), "no customer sees it");
    tryThis(screen, home.applying("canary.yaml"), "v2 gets one call in ten");
    screen.line("");
  }

  private static void tryThis(Screen screen, String command, String effect) {
    screen.line("  %-50s  %s".formatted(command, effect));
  }

  // Until the process is told to end.
  private static void watch(DemoMesh demo, Screen screen) {
    EdgeTable table = new EdgeTable(screen.isTerminal());
    while (true) {
      List<String> lines = new ArrayList<>();
      try {
        lines.addAll(table.lines(demo.mesh().edges()));
        lines.add("");
        lines.add("  the last 10 s, as the agents report it; Ctrl-C ends everything");
      } catch (DemoException e) {
        lines.add(screen.bad("  " + e.getMessage()));
      }
      screen.redraw(lines);
      Await.pause(screen.isTerminal() ? TERMINAL_PAUSE_MILLIS : STREAM_PAUSE_MILLIS);
    }
  }
}
