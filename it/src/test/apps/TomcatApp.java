import io.weft.it.contract.app.Console;
import io.weft.it.contract.app.Desk;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;

/**
 * Serves with an embedded Tomcat, on two ports, on the second as few connections at a time as the
 * property {@code narrow} says. Compiled anew for each Tomcat; for those before 10
 * with javax in the place of jakarta.
 */
public final class TomcatApp {
  private static final Desk DESK = new Desk();

  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[0]);
    Context context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "desk", new DeskServlet()).setAsyncSupported(true);
    context.addServletMappingDecoded("/*", "desk");
    Tomcat.addServlet(context, "vault", new VaultServlet());
    context.addServletMappingDecoded("/vault/*", "vault");
    int first = args.length > 1 ? Integer.parseInt(args[1]) : 0;
    List<Connector> connectors = 
        List.of(
            connector(first, 12_000), connector(0, Integer.getInteger("narrow", 12_000)));
    for (Connector connector : connectors) {
      tomcat.getService().addConnector(connector);
    }
    tomcat.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tomcat)));
    for (Connector connector : connectors) {
      System.out.println("serving on port " + connector.getLocalPort());
    }
    Console.onClose(() -> tomcat.getService().removeConnector(connectors.get(1)));
  }

  private static Connector connector(int port, int connections) {
    Connector connector = new Connector();
    connector.setPort(port);
    connector.setProperty("maxConnections", Integer.toString(connections));
    connector.setProperty("acceptCount", "1000");
    connector.addUpgradeProtocol(new Http2Protocol());
    return connector;
  }

  private static void stop(Tomcat tomcat) {
    try {
      tomcat.stop();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class DeskServlet extends HttpServlet {
    private final transient ExecutorService others = Executors.newCachedThreadPool();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (!request.getRequestURI().startsWith("/async/")) {
        DESK.serve(new Visit(request, response));
        return;
      }
      AsyncContext async = request.startAsync();
      others.execute(
          () -> {
            try {
              DESK.serve(new Visit(request, response));
            } catch (IOException e) {
              response.setStatus(500);
            } finally {
              async.complete();
            }
          });
    }
  }

  private static final class VaultServlet extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      DESK.open(new Visit(request, response));
    }
  }

  private record Visit(HttpServletRequest request, HttpServletResponse response)
      implements Desk.Exchange {
    @Override
    public String method() {
      return request.getMethod();
    }

    @Override
    public String target() {
      String query = request.getQueryString();
      return request.getRequestURI() + (query == null ? "" : "?" + query);
    }

    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String name : Collections.list(request.getHeaderNames())) {
        headers.put(name, String.join(",", Collections.list(request.getHeaders(name))));
      }
      // HTTP/2 has it in :authority.
      headers.putIfAbsent("host", request.getServerName());
      headers.put("its-caller", caller());
      return headers;
    }

    // Servlet specification, 3.9.
    private String caller() {
      if (!(request.getAttribute("jakarta.servlet.request.X509Certificate")
          instanceof X509Certificate[] chain)) {
        return "nobody";
      }
      try {
        return chain[0].getSubjectAlternativeNames().iterator().next().get(1).toString();
      } catch (CertificateParsingException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public InputStream body() throws IOException {
      return request.getInputStream();
    }

    @Override
    public String connection() {
      return request.getRemoteAddr() + ":" + request.getRemotePort();
    }

    @Override
    public OutputStream begin() throws IOException {
      return response.getOutputStream();
    }

    @Override
    public void answer(int status, byte[] body) throws IOException {
      response.setStatus(status);
      response.getOutputStream().write(body);
    }
  }
}
