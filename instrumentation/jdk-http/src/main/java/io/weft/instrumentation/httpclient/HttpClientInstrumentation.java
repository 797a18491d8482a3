package io.weft.instrumentation.httpclient;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Where java.net.http is hooked. */
public final class HttpClientInstrumentation implements LibraryInstrumentation {
  private static final String TLS_CONNECTION = "jdk.internal.net.http.AbstractAsyncSSLConnection";
  private static final String CLIENT = "jdk.internal.net.http.HttpClientImpl";
  private static final String REQUEST = "jdk.internal.net.http.HttpRequestImpl";
  private static final List<String> SENDING =
      List.of(
          "java.net.http.HttpRequest",
          "java.net.http.HttpResponse$BodyHandler",
          "java.net.http.HttpResponse$PushPromiseHandler",
          "java.util.concurrent.Executor");

  @Override
  public String library() {
    return "java.net.http";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        // What both send and the public sendAsync come down to.
        Hook.method(CLIENT, "sendAsync", SENDING, SendAdvice.class.getName()),
        Hook.method(CLIENT, "sendAsync", SENDING, InPlaceAdvice.class.getName()),
        Hook.method(CLIENT, "connectTimeout", List.of(), ConnectTimeoutAdvice.class.getName()),
        Hook.method(CLIENT, "filterChain", List.of(), RedirectAdvice.class.getName()),
        // At the end of a constructor what comes later here is done first: these see the aim.
        Hook.all(REQUEST, "<init>", PropagationAdvice.class.getName()),
        Hook.all(REQUEST, "<init>", SecureAdvice.class.getName()),
        Hook.constructor(
            REQUEST,
            List.of("java.net.http.HttpRequest", "java.net.ProxySelector"),
            AimAdvice.class.getName()),
        Hook.all(REQUEST, "retrieveProxy", ProxyAdvice.class.getName()),
        Hook.method(REQUEST, "getAddress", List.of(), AddressAdvice.class.getName()),
        Hook.method(
            "jdk.internal.net.http.Http1Request",
            "hostString",
            List.of(),
            HostAdvice.class.getName()),
        Hook.all(
            "jdk.internal.net.http.ResponseSubscribers",
            "getBodyAsync",
            BodyAdvice.class.getName()),
        Hook.method(
            "jdk.internal.net.http.common.Utils",
            "getServerName",
            List.of("java.net.InetSocketAddress"),
            ServerNameAdvice.class.getName()),
        Hook.all(
            "jdk.internal.net.http.HttpConnection",
            "getConnection",
            WantedConnectionAdvice.class.getName()),
        Hook.method(
            "jdk.internal.net.http.HttpConnection",
            "isOpen",
            List.of(),
            PooledConnectionAdvice.class.getName()),
        Hook.all(TLS_CONNECTION, "<init>", TlsConnectionAdvice.class.getName()),
        Hook.all(TLS_CONNECTION, "createEngine", EngineAdvice.class.getName()),
        Hook.all(
            "jdk.internal.net.http.RedirectFilter",
            "canRedirect",
            DeniedRedirectAdvice.class.getName()),
        Hook.all(
            "jdk.internal.net.http.MultiExchange",
            "retryOnFailure",
            RepetitionAdvice.class.getName()));
  }
}
