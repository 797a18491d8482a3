package io.weft.instrumentation.urlconnection;

import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Gives the application a connection that goes through the mesh, where the URL leads there. */
public final class OpenConnectionAdvice {
  private OpenConnectionAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static URLConnection exit(
      @Advice.Argument(0) URL url,
      @Advice.Argument(1) @Nullable Proxy proxy,
      @Advice.Return URLConnection opened) {
    return MeshConnections.of(url, proxy, opened);
  }
}
