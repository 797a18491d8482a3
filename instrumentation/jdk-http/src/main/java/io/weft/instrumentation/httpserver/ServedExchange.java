package io.weft.instrumentation.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.inbound.HeaderName;
import io.weft.core.inbound.InboundCall;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A request that the application serves, from where the server makes its exchange to where the
 * answer is written, which may be on another thread.
 */
final class ServedExchange {
  // An exchange that the application never closes is kept by its server, too.
  private static final Map<Object, ServedExchange> BY_EXCHANGE = new ConcurrentHashMap<>();

  private final InboundCall call;
  private volatile @Nullable Object exchange;
  private volatile int status;

  private ServedExchange(InboundCall call) {
    this.call = call;
  }

  /** A request is about to be served: the application will see its headers as the mesh's. */
  static ServedExchange begin(Arrival.Head request) {
    InboundCall call = InboundCall.start(request);
    Headers headers = request.headers();
    headers.keySet().removeIf(name -> call.hides(HeaderName.of(name)));
    for (HeaderField added : call.added()) {
      headers.set(added.name(), added.value());
    }
    String traceparent = call.traceparent();
    if (!traceparent.isEmpty()) {
      headers.set(TraceContext.TRACEPARENT, traceparent);
    }
    return new ServedExchange(call);
  }

  /** The server has made its exchange for it. */
  void belongsTo(Object madeExchange) {
    exchange = madeExchange;
    BY_EXCHANGE.put(madeExchange, this);
  }

  /** The application takes over on this thread; null if it has before. */
  static @Nullable Handling enter() {
    ServedExchange served = Arrival.taken();
    return served == null ? null : new Handling(served, served.call.scope().install());
  }

  /**
   * Answers in the application's place, if that is how it was decided.
   *
   * @return whether the application is not to see it
   */
  boolean denies(HttpExchange toAnswer) throws IOException {
    if (call.endsConnection()) {
      toAnswer.getResponseHeaders().set("Connection", "close");
    }
    call.holdBack();
    MeshAnswer denial = call.denial();
    if (denial == null) {
      return false;
    }
    byte[] body = denial.reason().getBytes(StandardCharsets.UTF_8);
    Headers headers = toAnswer.getResponseHeaders();
    headers.set("Connection", "close");
    headers.set("Content-Type", "text/plain; charset=utf-8");
    headers.set(MeshAnswer.REASON_HEADER, denial.reason());
    denial.headers().forEach(each -> headers.set(each.name(), each.value()));
    boolean head = toAnswer.getRequestMethod().equals("HEAD");
    toAnswer.sendResponseHeaders(denial.status(), head ? -1 : body.length);
    if (!head) {
      toAnswer.getResponseBody().write(body);
    }
    toAnswer.close();
    return true;
  }

  /** The head of its answer goes out. */
  static void status(Object exchange, int sent) {
    ServedExchange served = BY_EXCHANGE.get(exchange);
    if (served != null) {
      served.status = sent;
    }
  }

  /** Its answer is written, or its exchange closed. */
  static void ended(Object exchange) {
    ServedExchange served = BY_EXCHANGE.remove(exchange);
    if (served == null) {
      return;
    }
    if (served.status == 0) {
      served.call.fail(new IOException("closed without an answer"));
    } else {
      served.call.end(served.status);
    }
  }

  private void threw(Throwable why) {
    Object made = exchange;
    if (made != null) {
      BY_EXCHANGE.remove(made);
    }
    call.fail(why);
  }

  /** The application's code at work on this thread. */
  record Handling(ServedExchange served, RequestScope before) {
    void leave(@Nullable Throwable thrown) {
      before.install();
      if (thrown != null) {
        // The server closes the connection.
        served.threw(thrown);
      }
    }
  }
}
