package io.weft.it.bench;

import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.Mesh;
import io.weft.core.call.Attempt;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.call.OutboundCall;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a call costs the thread that makes it while the endpoints of the service that it calls
 * change all the time, compared with the same while they stand still; and what the changes cost the
 * thread that takes them. Rounds of both take turns.
 */
public final class EndpointChurnMeter {
  private static final int PORT = 8080;
  private static final int ROUNDS = 7;
  private static final int BETWEEN_CLOCKS = 1_000;

  /**
   * What came out, as medians of the rounds.
   *
   * @param stillNanos processor time for a call while nothing changes
   * @param changingNanos and while endpoints change
   * @param stillBytes garbage for a call while nothing changes
   * @param changingBytes and while endpoints change
   * @param pushMicros processor time for a change, of the thread that takes it
   * @param pushBytes garbage for a change
   * @param pushesPerSecond how many there really were
   */
  public record Result(
      double stillNanos,
      double changingNanos,
      double stillBytes,
      double changingBytes,
      double pushMicros,
      double pushBytes,
      double pushesPerSecond) {}

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Mesh mesh =
      new Mesh("default", "", CallObserver.NONE, Deadlines.NONE, service -> {});
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Get request = new Get();
  private final Ok ok = new Ok();
  private final Noted effects = new Noted();

  private EndpointChurnMeter(int count) {
    for (int i = 0; i < count; i++) {
      endpoints.add(endpoint(i, 100));
    }
    push(names(), config());
    push(endpoints());
  }

  /**
   * Measures it.
   *
   * @param endpoints of the service
   * @param perSecond how many of them change
   * @param seconds how long a round lasts
   */
  public static Result measure(int endpoints, int perSecond, int seconds)
      throws InterruptedException {
    EndpointChurnMeter meter = new EndpointChurnMeter(endpoints);
    meter.calls(seconds);
    double[][] still = new double[ROUNDS][];
    double[][] changing = new double[ROUNDS][];
    double[][] pushes = new double[ROUNDS][];
    for (int round = 0; round < ROUNDS; round++) {
      still[round] = meter.calls(seconds);
      Pusher pusher = meter.new Pusher(perSecond);
      pusher.start();
      changing[round] = meter.calls(seconds);
      pushes[round] = pusher.finish();
    }
    return new Result(
        median(still, 0),
        median(changing, 0),
        median(still, 1),
        median(changing, 1),
        median(pushes, 0),
        median(pushes, 1),
        median(pushes, 2));
  }

  private static double median(double[][] rounds, int column) {
    double[] all = Arrays.stream(rounds).mapToDouble(round -> round[column]).sorted().toArray();
    return all[all.length / 2];
  }

  // Nanoseconds of this thread, and bytes, for each.
  private double[] calls(int seconds) {
    long thread = Thread.currentThread().getId();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long cpu = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getThreadAllocatedBytes(thread);
    long made = 0;
    while (System.nanoTime() < end) {
      for (int i = 0; i < BETWEEN_CLOCKS; i++) {
        call();
      }
      made += BETWEEN_CLOCKS;
    }
    return new double[] {
      (double) (THREADS.getCurrentThreadCpuTime() - cpu) / made,
      (double) (THREADS.getThreadAllocatedBytes(thread) - bytes) / made
    };
  }

  private void call() {
    OutboundCall call = mesh.call(mesh.destination("stock", PORT), request);
    call.start(System.nanoTime(), effects);
    Attempt attempt = effects.started;
    if (attempt == null) {
      throw new IllegalStateException("nothing was started");
    }
    call.sent(attempt);
    call.head(attempt, ok, System.nanoTime(), effects);
    call.end(attempt, System.nanoTime(), effects);
  }

  private void push(Resource... resources) {
    List<ResourceError> errors = mesh.dataPlane().apply(List.of(resources), List.of());
    if (!errors.isEmpty()) {
      throw new IllegalStateException(errors.toString());
    }
  }

  private Resource endpoints() {
    return resource(ResourceType.ENDPOINTS, "default/stock")
        .setEndpoints(Endpoints.newBuilder().addAllEndpoints(endpoints))
        .build();
  }

  private static Resource names() {
    return resource(ResourceType.NAMES, "")
        .setNames(
            Names.newBuilder()
                .addServices(
                    ServiceName.newBuilder()
                        .setNamespace("default")
                        .setName("stock")
                        .addPorts(ServicePort.newBuilder().setNumber(PORT).setProtocol("http"))))
        .build();
  }

  private static Resource config() {
    return BigMesh.resource(BigMesh.config("stock", 1_000));
  }

  private static Resource.Builder resource(ResourceType type, String name) {
    return Resource.newBuilder()
        .setVersion(ResourceVersion.newBuilder().setType(type).setName(name));
  }

  private static Endpoint endpoint(int number, int weight) {
    return Endpoint.newBuilder()
        .setUid("stock-" + number)
        .setAddress("10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255))
        .addPorts(InstancePort.newBuilder().setNumber(PORT).setProtocol("http"))
        .setWeight(weight)
        .setState(InstanceState.READY)
        .build();
  }

  /** Changes one endpoint after the other. */
  private final class Pusher extends Thread {
    private final long pause;
    private volatile boolean over;
    private double[] result = {};

    Pusher(int perSecond) {
      super("pusher");
      this.pause = 1_000_000_000L / perSecond;
    }

    @Override
    public void run() {
      long begun = System.nanoTime();
      long cpu = THREADS.getCurrentThreadCpuTime();
      long bytes = THREADS.getThreadAllocatedBytes(getId());
      int pushed = 0;
      while (!over) {
        int number = pushed % endpoints.size();
        endpoints.set(number, endpoint(number, 101 + pushed % 100));
        push(endpoints());
        pushed++;
        LockSupport.parkNanos(begun + pushed * pause - System.nanoTime());
      }
      result =
          new double[] {
            (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / pushed,
            (double) (THREADS.getThreadAllocatedBytes(getId()) - bytes) / pushed,
            pushed / ((System.nanoTime() - begun) / 1e9)
          };
    }

    double[] finish() throws InterruptedException {
      over = true;
      join();
      return result;
    }
  }
}
