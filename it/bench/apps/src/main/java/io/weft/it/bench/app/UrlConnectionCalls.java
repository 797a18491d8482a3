package io.weft.it.bench.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** HttpURLConnection, whose connections the JDK keeps alive. */
final class UrlConnectionCalls implements Client {
  private final String origin;
  private final @Nullable SSLSocketFactory tls;

  private UrlConnectionCalls(String origin, @Nullable SSLSocketFactory tls) {
    this.origin = origin;
    this.tls = tls;
  }

  static Client fromProperties() {
    var context = Tls.fromProperties();
    return new UrlConnectionCalls(
        System.getProperty("race.http", ""), context == null ? null : context.getSocketFactory());
  }

  @Override
  public Calls calls(String kind, int size) {
    boolean post = kind.equals("post");
    byte[] body = new byte[post ? size : 0];
    String target = origin + "/items" + (post ? "" : "/" + size);
    return () -> {
      URL url = URI.create(target).toURL();
      return () -> make(url, body, size);
    };
  }

  private void make(URL url, byte[] body, int size) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    if (tls != null && connection instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(tls);
    }
    if (body.length > 0) {
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/octet-stream");
      connection.setFixedLengthStreamingMode(body.length);
      connection.getOutputStream().write(body);
    }
    try (InputStream in = connection.getInputStream()) {
      // Of a known length: readAllBytes would take 16 kB for an answer of any size.
      int length = in.readNBytes(size).length + (in.read() < 0 ? 0 : 1);
      if (connection.getResponseCode() != 200 || length != size) {
        throw new IOException(connection.getResponseCode() + ", " + length + " bytes");
      }
    }
  }
}
