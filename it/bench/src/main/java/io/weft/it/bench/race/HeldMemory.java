package io.weft.it.bench.race;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM holds memory for, in MB, by its own count and the kernel's. */
final class HeldMemory {
  /** Has a JVM count. It takes a little time and memory for it. */
  static final List<String> COUNTING = List.of("-XX:NativeMemoryTracking=summary");

  private static final Pattern HEAP =
      Pattern.compile("used (\\d+)K \\[0x([0-9a-f]+), 0x([0-9a-f]+)\\)");

  private HeldMemory() {}

  /**
   * By what it is for. Collects all garbage, but only after looking at the heap that is resident.
   */
  static Map<String, Double> of(Program program) throws IOException {
    Map<String, Double> held = new LinkedHashMap<>();
    Matcher heap = found(HEAP, program.jcmd("GC.heap_info"));
    held.put(
        "heap that has been written to",
        Kernel.residentBytes(
                program.pid(),
                Long.parseUnsignedLong(heap.group(2), 16),
                Long.parseUnsignedLong(heap.group(3), 16))
            / 1e6);
    String counted = program.jcmd("VM.native_memory", "summary", "scale=KB");
    held.put("metaspace", megabytes(counted, "Metaspace"));
    held.put("symbols", megabytes(counted, "Symbol"));
    held.put("compiled code", megabytes(counted, "Code"));
    held.put("buffers of the compilers and others", megabytes(counted, "Arena Chunk"));
    program.jcmd("GC.run");
    held.put(
        "heap in use after a collection",
        Long.parseLong(found(HEAP, program.jcmd("GC.heap_info")).group(1)) * 1024 / 1e6);
    return held;
  }

  private static double megabytes(String counted, String kind) throws IOException {
    Pattern pattern =
        Pattern.compile("-\\s+" + kind + " \\(reserved=\\d+KB, committed=(\\d+)KB\\)");
    return Long.parseLong(found(pattern, counted).group(1)) * 1024 / 1e6;
  }

  private static Matcher found(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("this JVM does not say what it holds memory for: " + text);
    }
    return matcher;
  }
}
