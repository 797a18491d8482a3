package io.weft.core.call;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server does with a request. */
final class Reply {

  private final Map<String, String> headers = new LinkedHashMap<>();
  private final int status;
  private final int grpcCode;
  private final @Nullable Failure failure;
  private Duration delay = Duration.ZERO;
  private boolean open;

  private Reply(int status, int grpcCode, @Nullable Failure failure) {
    this.status = status;
    this.grpcCode = grpcCode;
    this.failure = failure;
  }

  static Reply status(int status) {
    return new Reply(status, -1, null);
  }

  static Reply grpc(int code) {
    return new Reply(200, code, null);
  }

  /** It cannot be had, or breaks off. */
  static Reply fails(Failure how) {
    return new Reply(0, -1, how);
  }

  /** It never answers. */
  static Reply silence() {
    return status(200).after(Duration.ofDays(1));
  }

  Reply after(Duration time) {
    delay = time;
    return this;
  }

  Reply header(String name, String value) {
    headers.put(name.toLowerCase(Locale.ROOT), value);
    return this;
  }

  /** Its head comes, and its body does not end by itself. */
  Reply open() {
    open = true;
    return this;
  }

  Duration delay() {
    return delay;
  }

  boolean isOpen() {
    return open;
  }

  @Nullable Failure failure() {
    return failure;
  }

  int grpcCode() {
    return grpcCode;
  }

  ResponseHead head() {
    return new ResponseHead() {
      @Override
      public int status() {
        return status;
      }

      @Override
      public int grpcCode() {
        return grpcCode;
      }

      @Override
      public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
      }
    };
  }
}
