package io.weft.core.config;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.retry.AnswerTimes;
import io.weft.core.retry.RetryBudget;
import io.weft.core.route.Mirror;
import io.weft.core.route.RouteTable;
import org.jspecify.annotations.Nullable;

/**
 * Where a host and port lead, as of one snapshot: a port of a service of the mesh, one instance of
 * it that the caller chose by its address, or nowhere the mesh knows. Immutable; good for one call,
 * as a later push makes new ones.
 */
public final class Destination {
  /** A host the mesh knows nothing of. */
  public static final Destination OUTSIDE = new Destination();

  private final @Nullable ServiceKey service;
  private final int port;
  private final @Nullable RouteTable routes;
  private final @Nullable RetryBudget budget;
  private final @Nullable AnswerTimes times;
  private final @Nullable Endpoint pinned;

  private Destination() {
    this.service = null;
    this.port = 0;
    this.routes = null;
    this.budget = null;
    this.times = null;
    this.pinned = null;
  }

  Destination(
      ServiceKey service,
      int port,
      @Nullable RouteTable routes,
      RetryBudget budget,
      AnswerTimes times) {
    this(service, port, routes, budget, times, null);
  }

  private Destination(
      ServiceKey service,
      int port,
      @Nullable RouteTable routes,
      RetryBudget budget,
      AnswerTimes times,
      @Nullable Endpoint pinned) {
    this.service = service;
    this.port = port;
    this.routes = routes;
    this.budget = budget;
    this.times = times;
    this.pinned = pinned;
  }

  /** One instance of it, known by the port of that instance. */
  Destination pinnedTo(Endpoint endpoint) {
    return new Destination(service(), endpoint.port(), routes, budget(), answerTimes(), endpoint);
  }

  /** Where copies go of requests that go here. They count for no budget and no percentile. */
  public Destination mirror(Mirror mirror) {
    return new Destination(
        mirror.service(), port, mirror.routes(), new RetryBudget(), new AnswerTimes());
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

  /** Its rules; null while its config is on its way. */
  public @Nullable RouteTable routes() {
    return routes;
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
