package io.weft.instrumentation.httpclient;

import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;

/**
 * Has an HTTP/2 request inside the mesh's TLS say the scheme that its caller means, as one of
 * HTTP/1.1 does by saying none.
 */
public final class SchemeAdvice {
  private SchemeAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static HttpHeaders exit(
      @Advice.Argument(0) HttpRequest request, @Advice.Return HttpHeaders pseudo) {
    return TlsEngines.meantScheme(request.uri(), pseudo);
  }
}
