package io.weft.instrumentation.tomcat;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/** Hooks the connector below the servlet API, where javax and jakarta are the same. */
public final class TomcatInstrumentation implements LibraryInstrumentation {
  private static final String PROTOCOL = "org.apache.coyote.AbstractProtocol";
  private static final String ENDPOINT = "org.apache.tomcat.util.net.NioEndpoint";
  private static final String ADAPTER = "org.apache.catalina.connector.CoyoteAdapter";
  private static final String REQUEST = "org.apache.coyote.Request";
  private static final String RESPONSE = "org.apache.coyote.Response";
  private static final String ADVICE = "io.weft.instrumentation.tomcat.";

  @Override
  public String library() {
    return "tomcat";
  }

  @Override
  public List<Hook> hooks() {
    return List.of(
        Hook.method(PROTOCOL, "start", List.of(), ADVICE + "StartAdvice"),
        Hook.method(PROTOCOL, "start", List.of(), ADVICE + "OpenAdvice"),
        Hook.method(PROTOCOL, "resume", List.of(), ADVICE + "OpenAdvice"),
        Hook.method(PROTOCOL, "pause", List.of(), ADVICE + "CloseAdvice"),
        Hook.method(PROTOCOL, "stop", List.of(), ADVICE + "CloseAdvice"),
        Hook.method(ENDPOINT, "bind", List.of(), ADVICE + "BindAdvice"),
        Hook.all(ENDPOINT, "setSocketOptions", ADVICE + "AcceptAdvice"),
        Hook.method(
            "org.apache.coyote.AbstractProcessorLight",
            "process",
            List.of(
                "org.apache.tomcat.util.net.SocketWrapperBase",
                "org.apache.tomcat.util.net.SocketEvent"),
            ADVICE + "ProcessAdvice"),
        Hook.method(ADAPTER, "service", List.of(REQUEST, RESPONSE), ADVICE + "ServiceAdvice"),
        Hook.method(
            ADAPTER,
            "asyncDispatch",
            List.of(REQUEST, RESPONSE, "org.apache.tomcat.util.net.SocketEvent"),
            ADVICE + "DispatchAdvice"),
        Hook.method(REQUEST, "recycle", List.of(), ADVICE + "RecycleAdvice"));
  }
}
