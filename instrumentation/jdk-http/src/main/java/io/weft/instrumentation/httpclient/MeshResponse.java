package io.weft.instrumentation.httpclient;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An answer as the application knows it: to its own request and URI, wherever that went.
 *
 * @param request whose answer it is: the application's, or one that a redirect led to
 */
record MeshResponse<T>(
    int statusCode,
    HttpRequest request,
    Optional<HttpResponse<T>> previousResponse,
    HttpHeaders headers,
    @Nullable T body,
    Optional<SSLSession> sslSession,
    URI uri,
    HttpClient.Version version)
    implements HttpResponse<T> {

  @Override
  public String toString() {
    return "(" + request.method() + " " + uri + ") " + statusCode;
  }
}
