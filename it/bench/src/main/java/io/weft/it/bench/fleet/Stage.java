package io.weft.it.bench.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** An etcd, replicas of control over it, and a fleet: all new, and gone at the end. */
final class Stage implements AutoCloseable {
  private final List<Runnable> parts = new ArrayList<>();
  private final Etcd etcd;
  private final List<ControlProcess> controls;
  private final SimulatedFleet fleet;
  private final Thread hook = new Thread(this::end, "end of the stage");

  /**
   * What is brought onto it: the packaged jar, the most heap of a control, where data are kept, and
   * the store.
   */
  record Props(Path jar, int heapMegabytes, Path data, EtcdSource etcd) {}

  /** Where etcd comes from. */
  interface EtcdSource {
    Etcd open(Path folder) throws IOException;
  }

  private Stage(Props props, int replicas) throws IOException {
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Path folder = Files.createTempDirectory(props.data(), "weft-fleet");
      parts.add(() -> delete(folder));
      etcd = props.etcd().open(folder.resolve("etcd"));
      parts.add(etcd::close);
      List<ControlProcess> started = new ArrayList<>();
      for (int i = 0; i < replicas; i++) {
        Path data = Files.createDirectories(folder.resolve("control-" + i));
        if (i > 0) {
          for (String shared : List.of("root.pem", "root-key.pem", "ca-key")) {
            Files.copy(folder.resolve("control-0").resolve(shared), data.resolve(shared));
          }
        }
        ControlProcess control =
            ControlProcess.start(props.jar(), data, etcd.endpoint(), props.heapMegabytes());
        parts.add(control::close);
        started.add(control);
      }
      controls = List.copyOf(started);
      fleet = new SimulatedFleet(controls);
      parts.add(fleet::close);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static Stage open(Props props) throws IOException {
    return open(props, 1);
  }

  static Stage open(Props props, int replicas) throws IOException {
    return new Stage(props, replicas);
  }

  Etcd etcd() {
    return etcd;
  }

  ControlProcess control() {
    return controls.get(0);
  }

  List<ControlProcess> controls() {
    return controls;
  }

  SimulatedFleet fleet() {
    return fleet;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    end();
  }

  private synchronized void end() {
    while (!parts.isEmpty()) {
      try {
        parts.remove(parts.size() - 1).run();
      } catch (RuntimeException e) {
        System.err.println("left behind: " + e);
      }
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
