package io.weft.instrumentation.urlconnection;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Where the JDK's HttpURLConnection is hooked. */
public final class UrlConnectionInstrumentation implements LibraryInstrumentation {
  private static final String CONNECTION = "sun.net.www.protocol.http.HttpURLConnection";
  private static final List<String> URL_AND_PROXY = List.of("java.net.URL", "java.net.Proxy");

  @Override
  public String library() {
    return "HttpURLConnection";
  }

  @Override
  public List<Hook> hooks() {
    String open = OpenConnectionAdvice.class.getName();
    return List.of(
        Hook.method("sun.net.www.protocol.http.Handler", "openConnection", URL_AND_PROXY, open),
        Hook.method("sun.net.www.protocol.https.Handler", "openConnection", URL_AND_PROXY, open),
        Hook.all(CONNECTION, "getNewHttpClient", ConnectAdvice.class.getName()),
        Hook.all(CONNECTION, "followRedirect0", DeniedRedirectAdvice.class.getName()),
        Hook.all(CONNECTION, "isRestrictedHeader", RestrictedHeaderAdvice.class.getName()),
        Hook.method(CONNECTION, "setCookieHeader", List.of(), WriteAdvice.class.getName()),
        Hook.all("sun.net.www.http.HttpClient", "parseHTTP", ReadAdvice.class.getName()));
  }
}
