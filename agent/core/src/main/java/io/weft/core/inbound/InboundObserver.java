package io.weft.core.inbound;

import io.weft.core.scope.RequestScope;
import org.jspecify.annotations.Nullable;

/** Told of every request that is served. Must be quick; what it throws is dropped. */
public interface InboundObserver {
  /** Sees nothing. */
  InboundObserver NONE =
      new InboundObserver() {
        @Override
        public RequestScope started(InboundCall call, RequestScope scope) {
          return scope;
        }

        @Override
        public void ended(InboundCall call, int status, int grpcCode, @Nullable Throwable why) {}
      };

  /**
   * A request came.
   *
   * @param scope as its headers tell it
   * @return the scope its work shall have
   */
  RequestScope started(InboundCall call, RequestScope scope);

  /**
   * It ended.
   *
   * @param status 0 if it broke off
   * @param grpcCode -1 for HTTP
   */
  void ended(InboundCall call, int status, int grpcCode, @Nullable Throwable why);

  /** That of this JVM. */
  static InboundObserver current() {
    return InboundObservers.current;
  }

  /** Makes one that of this JVM. */
  static void install(InboundObserver observer) {
    InboundObservers.current = observer;
  }
}
