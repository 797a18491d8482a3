package io.weft.instrumentation.urlconnection;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer as the application's connection shows it. */
interface Answer {
  int status() throws IOException;

  @Nullable String message() throws IOException;

  @Nullable String field(int index);

  @Nullable String fieldName(int index);

  @Nullable String field(String name);

  Map<String, List<String>> fields();

  /** The body, the same stream each time; fails as the library does for an error status. */
  InputStream input() throws IOException;

  /** The body of an error; null if it is none. */
  @Nullable InputStream error();

  /** The library's connection that brought it; null if the mesh gave it. */
  @Nullable HttpURLConnection connection();

  /** Lets go of it. */
  void close();
}
