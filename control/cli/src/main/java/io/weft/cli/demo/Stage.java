package io.weft.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that the demo puts into this machine: processes, containers and one temporary folder. Ending
 * it takes it all away again, whatever state it is in; after that nothing can be added.
 * Thread-safe.
 */
final class Stage {
  private final Path folder;
  private final Deque<Program> programs = new ArrayDeque<>();
  private final Deque<Runnable> others = new ArrayDeque<>();
  private boolean ended;

  Stage() {
    try {
      folder = Files.createTempDirectory("weft-demo-");
    } catch (IOException e) {
      throw new DemoException("cannot make a temporary folder: " + e.getMessage());
    }
  }

  /** Where everything that the demo writes goes. */
  Path folder() {
    return folder;
  }

  /** Starts a program, whose output goes to a file. */
  synchronized Program start(String name, Map<String, String> environment, List<String> command) {
    refuseIfEnded();
    Program program = Program.start(name, folder, environment, command);
    programs.push(program);
    return program;
  }

  /** Does something that must be undone at the end, even if it is cut short. */
  synchronized void setUp(Runnable action, Runnable undo) {
    refuseIfEnded();
    others.push(undo);
    action.run();
  }

  private void refuseIfEnded() {
    if (ended) {
      throw new DemoException("the demo is being stopped");
    }
  }

  /** Ends everything, applications before what they need. */
  synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    programs.forEach(Program::askToStop);
    programs.forEach(Program::stop);
    others.forEach(Runnable::run);
    // What is still on its way, such as the pull of an image.
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    delete();
  }

  private void delete() {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("weft: could not delete " + folder + ": " + e.getMessage());
    }
  }
}
