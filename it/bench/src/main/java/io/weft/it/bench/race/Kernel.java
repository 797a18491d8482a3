package io.weft.it.bench.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel counts, from Linux's /proc (proc(5)). Elsewhere only processor time is known, and
 * coarsely.
 */
final class Kernel {
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private Kernel() {}

  /** Processor time of each thread of a process, in nanoseconds, by the thread's id. */
  static Map<String, Long> cpuNanos(long pid) {
    Map<String, Long> threads = new HashMap<>();
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (!Files.isDirectory(tasks)) {
      cpu(pid).ifPresent(time -> threads.put("all", time.toNanos()));
      return threads;
    }
    try (DirectoryStream<Path> each = Files.newDirectoryStream(tasks)) {
      for (Path task : each) {
        try {
          String stat = Files.readString(task.resolve("schedstat"));
          threads.put(
              task.getFileName().toString(), Long.parseLong(stat.substring(0, stat.indexOf(' '))));
        } catch (NoSuchFileException e) {
          // It has just ended.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return threads;
  }

  /** Processor time of a process, that of threads that have ended included, but coarsely. */
  static Optional<Duration> cpu(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
  }

  /**
   * Processor time of those threads of a process that are still there and whose names begin so, as
   * far as the kernel keeps names: 15 characters.
   */
  static double cpuSeconds(long pid, List<String> names) {
    long sum = 0;
    for (Map.Entry<String, Long> thread : cpuNanos(pid).entrySet()) {
      try {
        String name =
            Files.readString(Path.of("/proc/" + pid + "/task/" + thread.getKey(), "comm"));
        if (names.stream().anyMatch(name::startsWith)) {
          sum += thread.getValue();
        }
      } catch (IOException e) {
        // It has just ended, or this is not Linux.
      }
    }
    return sum / 1e9;
  }

  /** What threads have used between two looks; of one that ended between them, nothing. */
  static double seconds(Map<String, Long> before, Map<String, Long> after) {
    long sum = 0;
    for (Map.Entry<String, Long> thread : after.entrySet()) {
      sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    return sum / 1e9;
  }

  /** Resident memory; 0 where it is not known. */
  static long residentBytes(long pid) {
    try {
      Matcher matcher =
          RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
      return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Of a range of addresses of a process, what is resident; 0 where it is not known. */
  static long residentBytes(long pid, long from, long to) {
    long sum = 0;
    boolean inside = false;
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"))) {
        Matcher mapping = MAPPING.matcher(line);
        if (mapping.lookingAt()) {
          long start = Long.parseUnsignedLong(mapping.group(1), 16);
          inside = start >= from && start < to;
        } else if (inside && line.startsWith("Rss:")) {
          sum += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return sum;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Connections of TCP that were opened on this machine so far; 0 where it is not known. */
  static long opened() {
    try {
      List<String> tcp =
          Files.readAllLines(Path.of("/proc/net/snmp")).stream()
              .filter(line -> line.startsWith("Tcp:"))
              .toList();
      List<String> names = List.of(tcp.get(0).split(" "));
      return Long.parseLong(tcp.get(1).split(" ")[names.indexOf("ActiveOpens")]);
    } catch (IOException e) {
      return 0;
    }
  }

  /** How busy the machine has been in the last minute; -1 where it is not known. */
  static double load() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** The processor's name. */
  static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch", ""));
    } catch (IOException e) {
      return System.getProperty("os.arch", "");
    }
  }
}
