package io.weft.core.config;

import io.weft.core.egress.EgressPolicy;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.retry.AnswerTimes;
import io.weft.core.retry.RetryBudget;
import io.weft.core.route.Mirror;
import io.weft.core.route.RouteTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a host and port lead, as of one snapshot: a port of a service of the mesh, one instance of
 * it that the caller chose by its address, or nowhere the mesh knows. Immutable; good for one call,
 * as a later push makes new ones.
 */
public final class Destination {
  /** A host the mesh knows nothing of, which is called as if there were no mesh. */
  public static final Destination OUTSIDE = new Destination();

  private final @Nullable ServiceKey service;
  private final int port;
  private final @Nullable RouteTable routes;
  private final @Nullable RetryBudget budget;
  private final @Nullable AnswerTimes times;
  private final @Nullable Endpoint pinned;
  private final @Nullable EgressPolicy egress;
  private final boolean waitsForDns;

  private Destination() {
    this(null, 0, null, null, null, null, null, false);
  }

  Destination(
      ServiceKey service,
      int port,
      @Nullable RouteTable routes,
      RetryBudget budget,
      AnswerTimes times) {
    this(service, port, routes, budget, times, null, null, false);
  }

  private Destination(
      @Nullable ServiceKey service,
      int port,
      @Nullable RouteTable routes,
      @Nullable RetryBudget budget,
      @Nullable AnswerTimes times,
      @Nullable Endpoint pinned,
      @Nullable EgressPolicy egress,
      boolean waitsForDns) {
    this.service = service;
    this.port = port;
    this.routes = routes;
    this.budget = budget;
    this.times = times;
    this.pinned = pinned;
    this.egress = egress;
    this.waitsForDns = waitsForDns;
  }

  /** The same, whose config is here, while DNS is asked where its hosts are. */
  Destination waitingForDns() {
    return new Destination(service(), port, null, budget(), answerTimes(), null, null, true);
  }

  /** A host that must not be called. */
  static Destination denied(String host, int port, EgressPolicy by) {
    // Without a rule, whose document tells records who is behind it.
    RouteTable nowhere = new RouteTable(by.source(), List.of());
    return new Destination(ServiceKey.outside(host), port, nowhere, null, null, null, by, false);
  }

  /** A host outside that is called as ever, though a policy in shadow mode denies it. */
  static Destination deniedInShadow(EgressPolicy by) {
    return new Destination(null, 0, null, null, null, null, by, false);
  }

  /** One instance of it, known by the port of that instance. */
  Destination pinnedTo(Endpoint endpoint) {
    return new Destination(
        service(), endpoint.port(), routes, budget(), answerTimes(), endpoint, null, false);
  }

  /** Where copies go of requests that go here. They count for no budget and no percentile. */
  public Destination mirror(Mirror mirror) {
    return new Destination(
        mirror.service(), port, mirror.routes(), new RetryBudget(), new AnswerTimes());
  }

  /** Whether the mesh answers calls to it, and nothing is looked up or sent. */
  public boolean isDenied() {
    return egress != null && isMesh();
  }

  /** What denies calls to it, or in shadow mode would; null for nothing. */
  public @Nullable EgressPolicy egress() {
    return egress;
  }

  /** Whether calls to it are the mesh's. */
  public boolean isMesh() {
    return service != null;
  }

  /** The service; only of a mesh destination. */
  public ServiceKey service() {
    if (service == null) {
      throw new IllegalStateException("outside the mesh");
    }
    return service;
  }

  /** The service's port. */
  public int port() {
    return port;
  }

  /** Its rules; null while its config is on its way, or DNS is asked where its hosts are. */
  public @Nullable RouteTable routes() {
    return routes;
  }

  /** What is awaited where there are no rules yet, in words that end a sentence. */
  public String awaited() {
    return waitsForDns
        ? "DNS has not said yet where its hosts are"
        : "its config has not come from control yet";
  }

  /** Counts its calls and retries. */
  public RetryBudget budget() {
    if (budget == null) {
      throw new IllegalStateException("outside the mesh");
    }
    return budget;
  }

  /** How long its answers take, as far as a policy asks for it. */
  public AnswerTimes answerTimes() {
    if (times == null) {
      throw new IllegalStateException("outside the mesh");
    }
    return times;
  }

  /** The instance that the caller chose by its address; null if it is ours to choose. */
  public @Nullable Endpoint pinned() {
    return pinned;
  }
}
