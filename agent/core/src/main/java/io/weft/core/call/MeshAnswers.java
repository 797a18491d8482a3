package io.weft.core.call;

import io.weft.core.config.ServiceKey;
import io.weft.core.config.Source;
import java.util.List;

/**
 * Makes the mesh's own answers. Each names the document behind it, or the service where it is the
 * mesh's own way.
 */
final class MeshAnswers {
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int PERMISSION_DENIED = 7;
  private static final int UNIMPLEMENTED = 12;
  private static final int UNAVAILABLE = 14;

  private MeshAnswers() {}

  static MeshAnswer noRule(Source route, ServiceKey service) {
    return answer(404, UNIMPLEMENTED, route, service, "no rule for this request");
  }

  static MeshAnswer unavailable(Source source, ServiceKey service, String what) {
    return answer(503, UNAVAILABLE, source, service, what);
  }

  static MeshAnswer timedOut(Source source, ServiceKey service, String what) {
    return answer(504, DEADLINE_EXCEEDED, source, service, what);
  }

  static MeshAnswer redirect(Source route, ServiceKey service, int status, String location) {
    return new MeshAnswer(
        status,
        UNIMPLEMENTED,
        reason(route, service, "redirect"),
        List.of(new HeaderField("location", location)));
  }

  static MeshAnswer denied(Source egress, ServiceKey host) {
    return answer(
        403, PERMISSION_DENIED, egress, host, "calls to " + host + " must not leave the mesh");
  }

  /** The gRPC code of an attempt that took too long. */
  static int timedOutCode() {
    return DEADLINE_EXCEEDED;
  }

  private static MeshAnswer answer(
      int status, int grpcCode, Source source, ServiceKey service, String what) {
    return new MeshAnswer(status, grpcCode, reason(source, service, what), List.of());
  }

  private static String reason(Source source, ServiceKey service, String what) {
    return (source.isDocument() ? source : "Service/" + service) + " " + what;
  }
}
