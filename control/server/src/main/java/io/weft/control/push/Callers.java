package io.weft.control.push;

import io.weft.control.compile.ServiceId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which sessions are to know the endpoints of which services, so that a change of these is looked
 * at by their callers alone. Confined to the loop.
 */
final class Callers {
  private final Map<ServiceId, Set<Session>> sessions = new HashMap<>();
  private final Map<Session, Set<ServiceId>> services = new HashMap<>();

  /** A session is to know the endpoints of these services, and of no others. */
  void reach(Session session, Set<ServiceId> reached) {
    Set<ServiceId> before = services.getOrDefault(session, Set.of());
    if (reached.equals(before)) {
      return;
    }
    before.forEach(service -> remove(service, session));
    reached.forEach(
        service -> sessions.computeIfAbsent(service, s -> new LinkedHashSet<>()).add(session));
    services.put(session, reached);
  }

  /** A session has ended. */
  void forget(Session session) {
    Set<ServiceId> before = services.remove(session);
    if (before != null) {
      before.forEach(service -> remove(service, session));
    }
  }

  /** Those that are to know the endpoints of a service. */
  Set<Session> of(ServiceId service) {
    return sessions.getOrDefault(service, Set.of());
  }

  private void remove(ServiceId service, Session session) {
    sessions.computeIfPresent(
        service,
        (s, calling) -> {
          calling.remove(session);
          return calling.isEmpty() ? null : calling;
        });
  }
}
