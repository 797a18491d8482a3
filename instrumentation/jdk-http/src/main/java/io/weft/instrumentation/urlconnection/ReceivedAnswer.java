package io.weft.instrumentation.urlconnection;

import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that a connection of the library's brought. */
final class ReceivedAnswer implements Answer {
  private final HttpURLConnection connection;
  private final @Nullable AttemptProgress progress;
  private final @Nullable HeaderList edited;
  private @Nullable InputStream input;
  private @Nullable InputStream error;

  /**
   * @param attempt whose answer it is; null, as {@code progress}, if the call is not the mesh's
   */
  ReceivedAnswer(
      HttpURLConnection connection, @Nullable Attempt attempt, @Nullable AttemptProgress progress) {
    this.connection = connection;
    this.progress = progress;
    if (attempt != null && attempt.editsResponse()) {
      edited = HeaderList.of(connection);
      attempt.editResponse(edited);
    } else {
      edited = null;
    }
  }

  @Override
  public int status() throws IOException {
    return connection.getResponseCode();
  }

  @Override
  public @Nullable String message() throws IOException {
    return connection.getResponseMessage();
  }

  @Override
  public @Nullable String field(int index) {
    return edited == null ? connection.getHeaderField(index) : edited.value(index);
  }

  @Override
  public @Nullable String fieldName(int index) {
    return edited == null ? connection.getHeaderFieldKey(index) : edited.name(index);
  }

  @Override
  public @Nullable String field(String name) {
    return edited == null ? connection.getHeaderField(name) : edited.value(name);
  }

  @Override
  public Map<String, List<String>> fields() {
    return edited == null ? connection.getHeaderFields() : edited.toMap();
  }

  @Override
  public InputStream input() throws IOException {
    InputStream stream;
    try {
      stream = connection.getInputStream();
    } catch (IOException refused) {
      // The library's word for an error status. Few applications go on to read its body, and those
      // that do not never close it.
      if (progress != null) {
        progress.end(-1);
      }
      throw refused;
    }
    if (progress == null) {
      return stream;
    }
    if (input == null) {
      input = new WatchedStream(stream, progress);
    }
    return input;
  }

  @Override
  public @Nullable InputStream error() {
    InputStream stream = connection.getErrorStream();
    if (stream == null || progress == null) {
      return stream;
    }
    if (error == null) {
      error = new WatchedStream(stream, progress);
    }
    return error;
  }

  @Override
  public HttpURLConnection connection() {
    return connection;
  }

  @Override
  public void close() {
    connection.disconnect();
    if (progress != null) {
      progress.end(-1);
    }
  }

  /** Whether there is no body to come, so that the answer is complete. */
  boolean isBodiless(String method) throws IOException {
    int status = status();
    return method.equals("HEAD")
        || status == 204
        || status == 304
        || connection.getContentLengthLong() == 0;
  }
}
