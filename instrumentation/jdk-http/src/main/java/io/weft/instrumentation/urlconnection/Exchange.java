package io.weft.instrumentation.urlconnection;

import io.weft.core.Mesh;
import io.weft.core.config.Destination;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a connection object of the application's: its settings, then its request, and
 * those that redirects lead to. Each of them is a call of its own, so that a redirect from one
 * service to another finds its way. Not thread-safe, as the library's own, but for {@link
 * #disconnect}.
 */
final class Exchange {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int MAX_REDIRECTS = Integer.getInteger("http.maxRedirects", 20);

  private final RequestSettings settings;
  private final Let let = new Let();
  private final HttpURLConnection owner;
  private URL url;
  private volatile @Nullable Hop hop;
  private Cleaner.@Nullable Cleanable net;
  private @Nullable String redirectedMethod;
  private @Nullable Throwable failure;
  private @Nullable Answer answer;
  private @Nullable InputStream input;
  private @Nullable InputStream error;
  private int redirects;

  /** What is let go when the application forgets its connection object without reading it. */
  private static final class Let implements Runnable {
    private volatile @Nullable Hop open;

    @Override
    public void run() {
      Hop forgotten = open;
      if (forgotten != null) {
        forgotten.giveUp();
      }
    }
  }

  Exchange(HttpURLConnection opened, @Nullable Proxy proxy, HttpURLConnection owner) {
    this.settings = new RequestSettings(opened, proxy);
    this.url = opened.getURL();
    this.owner = owner;
  }

  /** The settings, while there is no request yet. */
  RequestSettings settings() {
    if (hasBegun()) {
      throw new IllegalStateException("Already connected");
    }
    return settings;
  }

  /** The settings, to be read. */
  HttpURLConnection template() {
    return settings.template();
  }

  boolean hasBegun() {
    return hop != null || failure != null;
  }

  /** Where the answer came from, or is to come from. */
  URL url() {
    return url;
  }

  String method() {
    String redirected = redirectedMethod;
    return redirected == null ? settings.template().getRequestMethod() : redirected;
  }

  void connect() throws IOException {
    try {
      if (answer == null) {
        begin(settings.template().getDoOutput()).connect();
      }
    } finally {
      settle();
    }
  }

  OutputStream output() throws IOException {
    HttpURLConnection template = settings.template();
    if (!template.getDoOutput()) {
      throw new ProtocolException(
          "cannot write to a URLConnection if doOutput=false - call setDoOutput(true)");
    }
    if (answer != null) {
      throw new ProtocolException("Cannot write output after reading input.");
    }
    if (template.getRequestMethod().equals("TRACE") && url.getProtocol().equals("http")) {
      throw new ProtocolException("HTTP method TRACE doesn't support output");
    }
    try {
      return begin(true).output();
    } finally {
      settle();
    }
  }

  /**
   * The answer, all redirects followed that the application wants followed.
   *
   * @throws IOException as the library threw it, again and again
   */
  Answer answer() throws IOException {
    if (answer != null) {
      return answer;
    }
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    try {
      Hop asked = begin(false);
      Answer last = asked.answer();
      for (Hop next = redirected(asked, last); next != null; next = redirected(asked, last)) {
        asked = next;
        last = asked.answer();
      }
      answer = last;
      return last;
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      settle();
    }
  }

  /**
   * The answer's body, the same stream each time.
   *
   * @throws IOException as {@link #answer}, and as the library does for an error status
   */
  InputStream input() throws IOException {
    Answer known = answer();
    try {
      InputStream body = known.input();
      if (input == null) {
        input = new HeldBody(body, this);
      }
      return input;
    } finally {
      settle();
    }
  }

  /** The body of an error; null if there is none, or no answer yet. */
  @Nullable InputStream error() {
    Answer known = answerIfKnown();
    InputStream body = known == null ? null : known.error();
    if (error == null && body != null) {
      error = new HeldBody(body, this);
    }
    return error;
  }

  /** The answer if there is one and no new request is needed to know. */
  @Nullable Answer answerIfKnown() {
    Hop last = hop;
    return answer != null ? answer : last == null ? null : last.answerIfKnown();
  }

  void disconnect() {
    Hop last = hop;
    if (last != null) {
      last.giveUp();
    }
  }

  /**
   * Something was done on the application's thread, which held its connection object until now.
   * Once the call has ended there is nothing to let go: what would be let go still would keep all
   * of the call until a collection finds the object gone, and then close a connection that the
   * library keeps for others.
   */
  void settle() {
    try {
      Hop last = hop;
      if (net != null && last != null && last.isOver()) {
        let.open = null;
        net.clean();
        net = null;
      }
    } finally {
      Reference.reachabilityFence(owner);
    }
  }

  private Hop begin(boolean output) {
    Hop begun = hop;
    if (begun != null) {
      return begun;
    }
    // As the library does: what writes a body without naming a method means POST.
    if (output && method().equals("GET")) {
      redirectedMethod = "POST";
    }
    return begin(new Hop(settings, url, method(), null, destination()));
  }

  private Hop begin(Hop next) {
    hop = next;
    let.open = next;
    if (net == null) {
      net = CLEANER.register(owner, let);
    }
    next.begin();
    return next;
  }

  private Destination destination() {
    Destination destination =
        Mesh.current().destination(MeshConnections.host(url), MeshConnections.port(url));
    return destination.isMesh() && !destination.isDenied() && isProxied()
        ? Destination.OUTSIDE
        : destination;
  }

  private boolean isProxied() {
    Proxy named = settings.proxy();
    if (named != null) {
      return named.type() != Proxy.Type.DIRECT;
    }
    ProxySelector selector = ProxySelector.getDefault();
    if (selector == null) {
      return false;
    }
    try {
      List<Proxy> proxies = selector.select(url.toURI());
      return proxies != null && !proxies.isEmpty() && proxies.get(0).type() != Proxy.Type.DIRECT;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return false;
    }
  }

  private @Nullable Hop redirected(Hop from, Answer received) throws IOException {
    URL target = redirectTarget(received);
    if (target == null) {
      return null;
    }
    int status = received.status();
    String location = received.field("Location");
    if (from.body() != null && settings.streams()) {
      received.close();
      throw new HttpRetryException(
          "cannot retry due to redirection, in streaming mode", status, location);
    }
    String method = from.requestMethod();
    RequestBody body = from.body();
    if (method.equals("POST") && status != 307 && !Boolean.getBoolean("http.strictPostRedirect")) {
      method = "GET";
      body = null;
    } else if (body != null && !body.isKept()) {
      // It cannot be sent again: the application sees where it would have gone.
      return null;
    }
    received.close();
    redirects++;
    if (redirects >= MAX_REDIRECTS) {
      throw new ProtocolException("Server redirected too many  times (" + redirects + ")");
    }
    if (!target.getHost().equalsIgnoreCase(url.getHost()) || target.getPort() != url.getPort()) {
      settings.forgetCredentials();
    }
    url = target;
    redirectedMethod = method;
    return begin(new Hop(settings, url, method, body, destination()));
  }

  private @Nullable URL redirectTarget(Answer received) throws IOException {
    int status = received.status();
    if (!settings.template().getInstanceFollowRedirects()
        || status < 300
        || status > 307
        || status == 304
        || status == 305
        || status == 306) {
      return null;
    }
    String location = received.field("Location");
    if (location == null) {
      return null;
    }
    try {
      URL absolute = new URL(location);
      return absolute.getProtocol().equalsIgnoreCase(url.getProtocol()) ? absolute : null;
    } catch (MalformedURLException e) {
      return new URL(url, location);
    }
  }
}
