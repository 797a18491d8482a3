package io.weft.instrumentation.tomcat;

import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.MeshHeaders;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Requests on their way through Tomcat. A request's call is kept in one of the notes that the
 * connector has for such things; the application cannot see them.
 */
final class TomcatRequests {
  // Tomcat uses 0 and 1 of 32.
  private static final int NOTE = 29;

  private TomcatRequests() {}

  /** A request came; returns the scope to go back to. */
  static Object begin(Request request) {
    over(request);
    InboundCall call = InboundCall.start(new TomcatRequest(request));
    request.setNote(NOTE, call);
    MimeHeaders headers = request.getMimeHeaders();
    stripMeshHeaders(headers);
    String traceparent = call.traceparent();
    if (!traceparent.isEmpty()) {
      headers.setValue(TraceContext.TRACEPARENT).setString(traceparent);
    }
    return call.scope().install();
  }

  /** The thread goes on with a request; returns the scope to go back to. */
  static Object enter(Request request) {
    return request.getNote(NOTE) instanceof InboundCall call
        ? call.scope().install()
        : RequestScope.current();
  }

  /** The thread leaves a request, which is over unless it was put aside. */
  static void leave(Object before, Request request, Response response) {
    if (before instanceof RequestScope scope) {
      scope.install();
    }
    AtomicBoolean aside = new AtomicBoolean();
    request.action(ActionCode.ASYNC_IS_ASYNC, aside);
    if (!aside.get()) {
      end(request, response.getStatus());
    }
  }

  /** A request is about to be made ready for the next. */
  static void over(Request request) {
    Response response = request.getResponse();
    end(request, response == null ? 0 : response.getStatus());
  }

  private static void end(Request request, int status) {
    if (request.getNote(NOTE) instanceof InboundCall call) {
      request.setNote(NOTE, null);
      call.end(status);
    }
  }

  private static void stripMeshHeaders(MimeHeaders headers) {
    List<String> names = new ArrayList<>(0);
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.getName(i).toString();
      if (MeshHeaders.isMesh(name)) {
        names.add(name);
      }
    }
    names.forEach(headers::removeHeader);
  }
}
