package io.weft.instrumentation.urlconnection;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.identity.ClientTls;
import java.io.IOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * What the application asked for before its request: kept on the connection the library opened for
 * it, which checks it and is never connected, and copied to the connection of each attempt.
 */
final class RequestSettings {
  private final HttpURLConnection template;
  private final @Nullable Proxy proxy;
  private final List<Property> properties = new ArrayList<>();
  private @Nullable Authenticator authenticator;
  private long fixedLength = -1;
  private int chunkLength = -1;

  RequestSettings(HttpURLConnection template, @Nullable Proxy proxy) {
    this.template = template;
    this.proxy = proxy;
  }

  HttpURLConnection template() {
    return template;
  }

  /** The proxy, or none, that the application named; null if it left that to the library. */
  @Nullable Proxy proxy() {
    return proxy;
  }

  void setProperty(String name, String value) {
    template.setRequestProperty(name, value);
    properties.add(new Property(false, name, value));
  }

  void addProperty(String name, String value) {
    template.addRequestProperty(name, value);
    properties.add(new Property(true, name, value));
  }

  void authenticator(@Nullable Authenticator chosen) {
    template.setAuthenticator(chosen);
    authenticator = chosen;
  }

  void fixedLength(long length) {
    template.setFixedLengthStreamingMode(length);
    fixedLength = length;
  }

  void chunkLength(int length) {
    template.setChunkedStreamingMode(length);
    chunkLength = length <= 0 ? 4096 : length;
  }

  /** Whether the body goes out as it is written. */
  boolean streams() {
    return fixedLength >= 0 || chunkLength > 0;
  }

  /** The first value of a header, as far as the application set it; empty if it did not. */
  String property(String name) {
    String first = "";
    for (Property property : properties) {
      if (property.name().equalsIgnoreCase(name) && (!property.add() || first.isEmpty())) {
        first = property.value();
      }
    }
    return first;
  }

  /**
   * A connection of the library's own with all these settings; redirects are not its business.
   *
   * @param through a proxy, or none; null to leave that to the library
   */
  HttpURLConnection open(URL url, @Nullable Proxy through, String method, boolean output)
      throws IOException {
    HttpURLConnection connection =
        new Aim(url, null)
            .within(
                () ->
                    (HttpURLConnection)
                        (through == null ? url.openConnection() : url.openConnection(through)));
    connection.setRequestMethod(method);
    connection.setInstanceFollowRedirects(false);
    connection.setDoInput(template.getDoInput());
    connection.setDoOutput(output);
    connection.setAllowUserInteraction(template.getAllowUserInteraction());
    connection.setUseCaches(template.getUseCaches());
    connection.setIfModifiedSince(template.getIfModifiedSince());
    connection.setConnectTimeout(template.getConnectTimeout());
    connection.setReadTimeout(template.getReadTimeout());
    if (authenticator != null) {
      connection.setAuthenticator(authenticator);
    }
    if (output && fixedLength >= 0) {
      connection.setFixedLengthStreamingMode(fixedLength);
    } else if (output && chunkLength > 0) {
      connection.setChunkedStreamingMode(chunkLength);
    }
    for (Property property : properties) {
      property.copyTo(connection);
    }
    return connection;
  }

  /**
   * Has a TLS connection made to an endpoint.
   *
   * @param made the TLS to speak; null for the application's own
   */
  void aimTls(HttpsURLConnection connection, Endpoint endpoint, @Nullable ClientTls made) {
    if (made != null) {
      // Who the other side is, the handshake has proven.
      connection.setHostnameVerifier((host, session) -> true);
      connection.setSSLSocketFactory(
          AimedSocketFactory.to(made.socketFactory(), made, endpoint.address(), endpoint.port()));
    } else if (template instanceof HttpsURLConnection https) {
      connection.setHostnameVerifier(https.getHostnameVerifier());
      connection.setSSLSocketFactory(
          AimedSocketFactory.to(
              https.getSSLSocketFactory(), null, endpoint.address(), endpoint.port()));
    }
  }

  /** Headers that must not follow a redirect to another origin are forgotten. */
  void forgetCredentials() {
    properties.removeIf(
        property ->
            switch (property.name().toLowerCase(Locale.ROOT)) {
              case "authorization", "cookie", "cookie2" -> true;
              default -> false;
            });
  }

  private record Property(boolean add, String name, String value) {
    void copyTo(HttpURLConnection connection) {
      if (add) {
        connection.addRequestProperty(name, value);
      } else {
        connection.setRequestProperty(name, value);
      }
    }
  }
}
