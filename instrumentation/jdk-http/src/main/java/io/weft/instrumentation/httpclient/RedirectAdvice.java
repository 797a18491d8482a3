package io.weft.instrumentation.httpclient;

import java.net.URI;
import java.net.http.HttpClient;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Leaves the redirects that an attempt meets to the mesh, as each leads to a call of its own. */
public final class RedirectAdvice {
  private RedirectAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("policy"))
  public static HttpClient.@Nullable Redirect exit(
      @Advice.FieldValue("uri") @Nullable URI uri,
      @Advice.FieldValue("policy") HttpClient.@Nullable Redirect policy) {
    return uri != null && Aim.of(uri) != null ? HttpClient.Redirect.NEVER : policy;
  }
}
