package io.weft.cli.demo;

import io.weft.cli.demo.Customer.Visit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Several visits, and how they went. */
record Visits(List<Visit> all) {
  /** Waits for all of them. */
  static Visits of(List<CompletableFuture<Visit>> visits) {
    return new Visits(visits.stream().map(CompletableFuture::join).toList());
  }

  int size() {
    return all.size();
  }

  /** How many orders were packed by a version of stock. */
  long packedBy(String version) {
    return all.stream()
        .filter(visit -> visit.succeeded() && visit.version().equals(version))
        .count();
  }

  long failed() {
    return all.stream().filter(visit -> !visit.succeeded()).count();
  }

  /** How many were answered so. */
  long answered(int status) {
    return all.stream().filter(visit -> visit.status() == status).count();
  }

  /** What the first visit that was not answered so was told; empty if all were. */
  String firstBut(int status) {
    return all.stream()
        .filter(visit -> visit.status() != status)
        .map(visit -> "; " + visit.status() + ": " + visit.body().strip())
        .findFirst()
        .orElse("");
  }

  long longestMillis() {
    return all.stream().mapToLong(Visit::millis).max().orElse(0);
  }

  long shortestMillis() {
    return all.stream().mapToLong(Visit::millis).min().orElse(0);
  }

  /** As in {@code 7 × 200, 3 × 503}. */
  String answersInWords() {
    Map<Integer, Long> answers =
        all.stream()
            .collect(Collectors.groupingBy(Visit::status, TreeMap::new, Collectors.counting()));
    return answers.entrySet().stream()
        .map(answer -> answer.getValue() + " × " + answer.getKey())
        .collect(Collectors.joining(", "));
  }

  /** As in {@code none failed} or {@code 3 failed (3 × 503)}. */
  String failuresInWords() {
    Visits failed = new Visits(all.stream().filter(visit -> !visit.succeeded()).toList());
    return failed.all.isEmpty()
        ? "none failed"
        : "%d failed (%s)".formatted(failed.size(), failed.answersInWords());
  }
}
