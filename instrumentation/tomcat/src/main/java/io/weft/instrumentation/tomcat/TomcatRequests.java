package io.weft.instrumentation.tomcat;

import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.inbound.HeaderName;
import io.weft.core.inbound.InboundCall;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Requests on their way through Tomcat. A request's call is kept in one of the notes that the
 * connector has for such things; the application cannot see them.
 */
final class TomcatRequests {
  // Tomcat uses 0 and 1 of 32.
  private static final int NOTE = 29;

  // Of a type that Tomcat's own loader knows, too.
  private static final String DENIED = "denied";

  private TomcatRequests() {}

  /** A request came; returns the scope to go back to, or that it was answered. */
  static Object begin(Request request, Response response) {
    over(request);
    InboundCall call = InboundCall.start(new TomcatRequest(request, WorkedOn.peer()));
    request.setNote(NOTE, call);
    MimeHeaders headers = request.getMimeHeaders();
    strip(headers, call);
    String traceparent = call.traceparent();
    if (!traceparent.isEmpty()) {
      headers.setValue(TraceContext.TRACEPARENT).setString(traceparent);
    }
    for (HeaderField added : call.added()) {
      headers.setValue(added.name()).setString(added.value());
    }
    boolean http2 = request.protocol().equals("HTTP/2.0");
    // A connection of HTTP/2 is left by its caller when the caller's TLS changes; told to go away,
    // clients of older JDKs would give up all its streams.
    if (!http2 && call.endsConnection()) {
      response.setHeader("Connection", "close");
    }
    call.holdBack();
    MeshAnswer denial = call.denial();
    if (denial != null) {
      if (http2) {
        WorkedOn.leaveIfDisbelieved();
      }
      deny(denial, request, response);
      return DENIED;
    }
    return call.scope().install();
  }

  private static void deny(MeshAnswer denial, Request request, Response response) {
    byte[] body = denial.reason().getBytes(StandardCharsets.UTF_8);
    response.setStatus(denial.status());
    response.setContentType("text/plain;charset=utf-8");
    response.setHeader(MeshAnswer.REASON_HEADER, denial.reason());
    denial.headers().forEach(each -> response.setHeader(each.name(), each.value()));
    response.setContentLength(body.length);
    try {
      if (!request.method().toString().equals("HEAD")) {
        response.doWrite(ByteBuffer.wrap(body));
      }
      response.action(ActionCode.CLOSE, null);
    } catch (IOException e) {
      // Whoever asked is gone.
    }
    end(request, denial.status());
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

  private static void strip(MimeHeaders headers, InboundCall call) {
    List<String> names = new ArrayList<>(0);
    for (int i = 0; i < headers.size(); i++) {
      MessageBytes name = headers.getName(i);
      if (call.hides(new TomcatHeaderName(name))) {
        names.add(name.toString());
      }
    }
    names.forEach(headers::removeHeader);
  }

  private record TomcatHeaderName(MessageBytes bytes) implements HeaderName {
    @Override
    public boolean is(String name) {
      return bytes.equalsIgnoreCase(name);
    }

    @Override
    public boolean beginsWith(String prefix) {
      return bytes.startsWithIgnoreCase(prefix, 0);
    }
  }
}
