package io.weft.instrumentation.urlconnection;

import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer of the mesh's own, shown as the library shows the same one from a server. */
final class OwnAnswer implements Answer {
  private final URL url;
  private final int status;
  private final HeaderList headers;
  private final InputStream body;

  OwnAnswer(URL url, String method, MeshAnswer answer) {
    this.url = url;
    this.status = answer.status();
    byte[] text = answer.reason().getBytes(StandardCharsets.US_ASCII);
    List<HeaderField> fields = new ArrayList<>(answer.headers());
    fields.add(new HeaderField(MeshAnswer.REASON_HEADER, answer.reason()));
    fields.add(new HeaderField("content-type", "text/plain"));
    fields.add(new HeaderField("content-length", Integer.toString(text.length)));
    this.headers = new HeaderList("HTTP/1.1 " + status + " " + phrase(status), fields);
    this.body = new ByteArrayInputStream(method.equals("HEAD") ? new byte[0] : text);
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public String message() {
    return phrase(status);
  }

  @Override
  public @Nullable String field(int index) {
    return headers.value(index);
  }

  @Override
  public @Nullable String fieldName(int index) {
    return headers.name(index);
  }

  @Override
  public @Nullable String field(String name) {
    return headers.value(name);
  }

  @Override
  public Map<String, List<String>> fields() {
    return headers.toMap();
  }

  @Override
  public InputStream input() throws IOException {
    if (status == HttpURLConnection.HTTP_NOT_FOUND || status == HttpURLConnection.HTTP_GONE) {
      throw new FileNotFoundException(url.toString());
    }
    if (status >= HttpURLConnection.HTTP_BAD_REQUEST) {
      throw new IOException("Server returned HTTP response code: " + status + " for URL: " + url);
    }
    return body;
  }

  @Override
  public @Nullable InputStream error() {
    return status >= HttpURLConnection.HTTP_BAD_REQUEST ? body : null;
  }

  @Override
  public @Nullable HttpURLConnection connection() {
    return null;
  }

  @Override
  public void close() {}

  private static String phrase(int status) {
    return switch (status) {
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 303 -> "See Other";
      case 307 -> "Temporary Redirect";
      case 308 -> "Permanent Redirect";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 429 -> "Too Many Requests";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "Weft";
    };
  }
}
