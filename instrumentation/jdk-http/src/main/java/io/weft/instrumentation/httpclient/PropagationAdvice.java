package io.weft.instrumentation.httpclient;

import io.weft.core.call.HeaderField;
import java.lang.invoke.MethodHandle;
import java.net.Proxy;
import java.net.http.HttpRequest;
import java.util.List;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.utility.JavaConstant;
import org.jspecify.annotations.Nullable;

/**
 * Has an attempt's request, and those that the client makes of it to authenticate, carry trace and
 * deadline on among the headers that the client sets by itself, so that those of the application
 * need not be copied to be more.
 */
public final class PropagationAdvice {
  private PropagationAdvice() {}

  // The client hands out its own method, which nobody outside of its module may call.
  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(
      @Advice.This HttpRequest request,
      @Advice.FieldValue("proxy") @Nullable Proxy proxy,
      @Advice.Handle(
              type = JavaConstant.MethodHandle.HandleType.INVOKE_VIRTUAL,
              name = "setSystemHeader",
              returnType = void.class,
              parameterTypes = {String.class, String.class})
          MethodHandle setter)
      throws Throwable {
    if (proxy instanceof Aim aim) {
      List<HeaderField> headers = aim.headers();
      for (int i = 0; i < headers.size(); i++) {
        setter.invoke(request, headers.get(i).name(), headers.get(i).value());
      }
    }
  }
}
