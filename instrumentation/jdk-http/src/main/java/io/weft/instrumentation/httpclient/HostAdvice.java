package io.weft.instrumentation.httpclient;

import java.net.URI;
import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;

/**
 * Has the Host header leave out the port that is the usual one of the URI's scheme. The client goes
 * by whether it speaks TLS, which without the mesh is the same.
 */
public final class HostAdvice {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private HostAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static String exit(
      @Advice.FieldValue("request") HttpRequest request, @Advice.Return String host) {
    URI uri = request.uri();
    int port = uri.getPort();
    if (port != HTTP && port != HTTPS) {
      return host;
    }
    boolean usual = port == (uri.getScheme().equalsIgnoreCase("https") ? HTTPS : HTTP);
    return usual ? uri.getHost() : uri.getHost() + ":" + port;
  }
}
