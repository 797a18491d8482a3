package io.weft.instrumentation.httpserver;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/**
 * Where the JDK's HttpServer is hooked: below filters and handlers, so that all of them are within
 * the request, whenever they were added.
 */
public final class HttpServerInstrumentation implements LibraryInstrumentation {
  private static final String PROVIDER = "sun.net.httpserver.DefaultHttpServerProvider";
  private static final String SERVER = "sun.net.httpserver.ServerImpl";
  private static final String CONNECTION = "sun.net.httpserver.HttpConnection";
  private static final String REQUEST = "sun.net.httpserver.Request";
  private static final String EXCHANGE = "sun.net.httpserver.ExchangeImpl";

  @Override
  public String library() {
    return "jdk.httpserver";
  }

  @Override
  public List<Hook> hooks() {
    String written = WrittenAdvice.class.getName();
    return List.of(
        Hook.all(PROVIDER, "createHttpServer", BindAdvice.class.getName()),
        Hook.all(PROVIDER, "createHttpsServer", BindAdvice.class.getName()),
        Hook.all(SERVER, "bind", BindAdvice.class.getName()),
        Hook.method(SERVER, "start", List.of(), StartAdvice.class.getName()),
        Hook.all(SERVER, "stop", StopAdvice.class.getName()),
        Hook.method(SERVER + "$Exchange", "run", List.of(), RunAdvice.class.getName()),
        Hook.method(REQUEST, "headers", List.of(), HeadersAdvice.class.getName()),
        Hook.all(REQUEST + "$ReadStream", "<init>", StreamAdvice.class.getName()),
        Hook.all(REQUEST + "$WriteStream", "<init>", StreamAdvice.class.getName()),
        Hook.method(
            REQUEST + "$ReadStream", "available", List.of(), AvailableAdvice.class.getName()),
        Hook.all(CONNECTION, "setChannel", AcceptAdvice.class.getName()),
        Hook.method(CONNECTION, "close", List.of(), ConnectionCloseAdvice.class.getName()),
        Hook.all(EXCHANGE, "<init>", ExchangeAdvice.class.getName()),
        Hook.all(EXCHANGE, "sendResponseHeaders", StatusAdvice.class.getName()),
        Hook.method(EXCHANGE, "close", List.of(), CloseAdvice.class.getName()),
        Hook.method(
            "com.sun.net.httpserver.Filter$Chain",
            "doFilter",
            List.of("com.sun.net.httpserver.HttpExchange"),
            HandleAdvice.class.getName()),
        // JDK 17 to 24, and later ones.
        Hook.all("sun.net.httpserver.WriteFinishedEvent", "<init>", written),
        Hook.all("sun.net.httpserver.Event$WriteFinished", "<init>", written));
  }
}
