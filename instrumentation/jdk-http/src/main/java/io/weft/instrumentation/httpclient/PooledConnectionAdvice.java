package io.weft.instrumentation.httpclient;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * The client is about to keep a connection of HTTP/1.1 or to use a kept one, and asks whether it is
 * open: one that was made with a former identity or trust, or for another host at the same address,
 * gets no more requests. The pool knows no more of it than its address; connections of HTTP/2 are
 * not asked this.
 */
public final class PooledConnectionAdvice {
  private PooledConnectionAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  // By default what is false is not assigned.
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static boolean exit(
      @Advice.This Closeable connection,
      @Advice.FieldValue("address") @Nullable InetSocketAddress address,
      @Advice.Return boolean open)
      throws IOException {
    if (!open
        || !(address instanceof AimedAddress aimed)
        || (!aimed.isOutdated() && !WantedConnection.isAnother(aimed))) {
      return open;
    }
    connection.close();
    return false;
  }
}
