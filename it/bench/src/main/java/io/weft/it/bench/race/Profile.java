package io.weft.it.bench.race;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import one.convert.Arguments;
import one.convert.JfrToFlame;

/**
 * Where a team's time and garbage go, by JFR: which part of both is Weft's, and which of its
 * methods they belong to. To a method belongs what it does itself, and what the JDK does for it,
 * but not what the instrumented library does that it calls. The recordings, and a flame graph of
 * each, stay beside the report.
 */
record Profile(Party party, String workload, List<Shares> shares) {
  private static final int MOST = 15;
  // In percent; what is narrower cannot be seen.
  private static final double NARROWEST = 0.1;
  // JFR takes a thread that waits in native code for one that works.
  private static final Pattern WAITS =
      Pattern.compile(
          "sun\\.nio\\.ch\\.(EPoll\\.wait|Net\\.accept|KQueue\\.poll)"
              + "|.*\\.netty\\.channel\\.epoll\\.Native\\.epollWait0?"
              + "|java\\.io\\.FileInputStream\\.readBytes");
  private static final Pattern RECORDS = Pattern.compile("Started recording|Stopped recording");
  private static final String OURS = "io.weft.";
  private static final String APPLICATIONS = "io.weft.it.";
  private static final List<String> LIBRARIES =
      List.of(
          "jdk.internal.net.http.", "sun.net.www.", "sun.security.ssl.", "org.apache.", "io.grpc.");

  /**
   * Parts of a whole, the greatest first.
   *
   * @param title what the whole is
   * @param weft the part of Weft in it, 0 to 1
   * @param flames all of it as a flame graph, a page of HTML
   */
  record Shares(String title, double weft, List<Share> greatest, @JsonIgnore String flames) {}

  /** One method's part, 0 to 1. */
  record Share(String method, double part) {}

  /** Drives a team, and looks at its caller and callee meanwhile. */
  static Profile of(Team team, Cell cell, double seconds, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Program> programs = List.of(team.caller(), team.callee());
    for (Program program : programs) {
      record(program, "JFR.start", "name=race", "settings=profile");
    }
    team.warm(cell, seconds);
    List<Shares> shares = new ArrayList<>();
    for (Program program : programs) {
      Path file =
          folder.resolve(team.party() + "-" + cell.workload() + "-" + program.name() + ".jfr");
      record(program, "JFR.stop", "name=race", "filename=" + file);
      shares.addAll(read(program.name(), file));
    }
    return new Profile(team.party(), cell.workload().toString(), shares);
  }

  private static void record(Program program, String... command) throws IOException {
    String said = program.jcmd(command);
    if (!RECORDS.matcher(said).find()) {
      throw new IOException(program.name() + " does not record: " + said);
    }
  }

  private static List<Shares> read(String process, Path file) throws IOException {
    Tally time = new Tally();
    Tally garbage = new Tally();
    try (RecordingFile recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        RecordedEvent event = recording.readEvent();
        switch (event.getEventType().getName()) {
          case "jdk.ExecutionSample" -> time.add(owner(event), 1);
          case "jdk.ObjectAllocationSample" -> {
            RecordedClass type = event.getClass("objectClass");
            String owner = owner(event);
            garbage.add(
                owner.isEmpty() ? "" : owner + ": " + type.getName(),
                (double) event.getLong("weight"));
          }
          default -> {}
        }
      }
    }
    String spent = "time in Java of the " + process;
    String allocated = "bytes allocated by the " + process;
    return List.of(
        time.shares(spent, flames(file, "time", spent, false)),
        garbage.shares(allocated, flames(file, "allocated", allocated, true)));
  }

  /** A flame graph of a recording, with what is Weft's in purple; also left beside it. */
  private static String flames(Path recording, String name, String title, boolean allocated)
      throws IOException {
    Path file =
        recording.resolveSibling(
            recording.getFileName().toString().replace(".jfr", "-" + name + ".html"));
    Arguments arguments = new Arguments();
    arguments.alloc = allocated;
    // Bytes, and not how often.
    arguments.total = allocated;
    arguments.minwidth = NARROWEST;
    arguments.title = title;
    arguments.dot = true;
    // Callers on top, so that the page begins with them.
    arguments.inverted = true;
    arguments.exclude = WAITS;
    arguments.highlight = "^io\\.weft\\.(?!it\\.)";
    JfrToFlame.convert(recording.toString(), file.toString(), arguments);
    return Files.readString(file);
  }

  /** The method of Weft nearest to the top of the stack; empty if a library is nearer. */
  private static String owner(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    if (stack == null) {
      return "";
    }
    for (RecordedFrame frame : stack.getFrames()) {
      RecordedMethod method = frame.getMethod();
      String type = method == null ? "" : method.getType().getName();
      if (LIBRARIES.stream().anyMatch(type::startsWith)) {
        return "";
      }
      if (type.startsWith(OURS) && !type.startsWith(APPLICATIONS)) {
        return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
      }
    }
    return "";
  }

  private static final class Tally {
    private final Map<String, Double> sums = new HashMap<>();
    private double all;

    void add(String owner, double weight) {
      all += weight;
      if (!owner.isEmpty()) {
        sums.merge(owner, weight, Double::sum);
      }
    }

    Shares shares(String title, String flames) {
      double whole = Math.max(all, 1);
      return new Shares(
          title,
          sums.values().stream().mapToDouble(Double::doubleValue).sum() / whole,
          sums.entrySet().stream()
              .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
              .limit(MOST)
              .map(each -> new Share(each.getKey(), each.getValue() / whole))
              .toList(),
          flames);
    }
  }
}
