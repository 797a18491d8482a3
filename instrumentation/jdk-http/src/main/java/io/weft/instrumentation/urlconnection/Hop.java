package io.weft.instrumentation.urlconnection;

import io.weft.core.Mesh;
import io.weft.core.call.AsyncDriver;
import io.weft.core.call.AsyncTransport;
import io.weft.core.call.Attempt;
import io.weft.core.call.AttemptProgress;
import io.weft.core.call.Failure;
import io.weft.core.call.HeaderEditor;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.config.Destination;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.identity.ClientTls;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * One request of a connection object, up to the head of its answer: the first, or one that a
 * redirect leads to.
 *
 * <p>The library is worked on by the application's thread alone, whenever it is in one of the
 * connection's methods: what the call decides elsewhere, such as to try again after a pause, waits
 * for it in a mailbox. Only {@link #cancel} reaches into a connection from another thread.
 */
final class Hop implements AsyncTransport, OutboundRequest, RequestBody.Sink {
  private final RequestSettings settings;
  private final URL url;
  private final String method;
  private final @Nullable OutboundCall call;
  private final @Nullable AsyncDriver driver;
  private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread reader;
  private @Nullable RequestBody body;
  private boolean outputWanted;
  private volatile @Nullable Try current;
  private volatile @Nullable Answer answer;
  private @Nullable Throwable failure;
  private volatile boolean givenUp;

  /** One attempt on a connection of its own; attempt and progress are null outside the mesh. */
  private static final class Try {
    private final @Nullable Attempt attempt;
    private final @Nullable AttemptProgress progress;
    private volatile @Nullable HttpURLConnection connection;
    private volatile Aim aim;
    private boolean connected;
    private boolean sent;
    private boolean asked;
    private volatile boolean cancelled;

    Try(URL url, @Nullable Attempt attempt, @Nullable AttemptProgress progress) {
      this.aim = new Aim(url, null);
      this.attempt = attempt;
      this.progress = progress;
    }
  }

  /**
   * @param body what to send; null if there is none yet
   * @param destination outside the mesh if the library is to send the request by itself
   */
  Hop(
      RequestSettings settings,
      URL url,
      String method,
      @Nullable RequestBody body,
      Destination destination) {
    this.settings = settings;
    this.url = url;
    this.method = method;
    this.body = body;
    this.outputWanted = body != null;
    if (destination.isMesh()) {
      call = Mesh.current().call(destination, this);
      driver = new AsyncDriver(call, this);
    } else {
      call = null;
      driver = null;
    }
  }

  /** The first event. */
  void begin() {
    if (driver == null) {
      passThrough();
    } else {
      driver.start();
    }
  }

  /**
   * Makes the connection, if the call does not end before.
   *
   * @throws IOException as the library threw it
   */
  void connect() throws IOException {
    run(false);
    rethrow();
  }

  /** As {@link #connect}, then gives what the application writes its body to. */
  OutputStream output() throws IOException {
    RequestBody known = body;
    if (known != null) {
      return known;
    }
    outputWanted = true;
    connect();
    RequestBody made = new RequestBody(this);
    body = made;
    if (settings.streams()) {
      made.stream();
    }
    return made;
  }

  /**
   * Waits for the head of the answer.
   *
   * @throws IOException as the library threw it
   */
  Answer answer() throws IOException {
    run(true);
    rethrow();
    Answer known = answer;
    if (known == null) {
      throw new SocketException("Socket closed");
    }
    return known;
  }

  /** Whether nothing of it is left to be given up. */
  boolean isOver() {
    return call == null ? answer != null || failure != null : call.isOver();
  }

  /** The answer if it is known. */
  @Nullable Answer answerIfKnown() {
    return answer;
  }

  @Nullable RequestBody body() {
    return body;
  }

  String requestMethod() {
    return method;
  }

  /** The application gives it up, on any thread. */
  void giveUp() {
    givenUp = true;
    Answer known = answer;
    if (known != null) {
      known.close();
    } else if (driver != null) {
      driver.cancel();
    }
    post(() -> {});
  }

  private void post(Runnable event) {
    mailbox.add(event);
    Thread waiting = reader;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  // On the application's thread

  private void run(boolean toAnswer) {
    while (answer == null && failure == null) {
      Runnable event = mailbox.poll();
      Try now = current;
      if (event != null) {
        event.run();
      } else if (givenUp) {
        failure = new SocketException("Socket closed");
      } else if (now == null || now.cancelled || now.asked) {
        take().run();
      } else if (!now.connected) {
        connect(now);
      } else if (!toAnswer) {
        return;
      } else {
        ask(now);
      }
    }
  }

  private Runnable take() {
    boolean interrupted = false;
    reader = Thread.currentThread();
    Runnable event = mailbox.poll();
    while (event == null) {
      LockSupport.park(this);
      // As the library's own I/O, this is not interrupted.
      interrupted |= Thread.interrupted();
      event = mailbox.poll();
    }
    reader = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return event;
  }

  private void rethrow() throws IOException {
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  private void connect(Try now) {
    try {
      HttpURLConnection connection = open(now);
      now.connection = connection;
      now.aim.within(
          () -> {
            connection.connect();
            return connection;
          });
      now.connected = true;
      if (now.cancelled) {
        connection.disconnect();
      }
    } catch (IOException e) {
      failed(now, isMisuse(e) ? Failure.APPLICATION : Failure.CONNECT, e);
    } catch (RuntimeException e) {
      failed(now, Failure.APPLICATION, e);
    }
  }

  private HttpURLConnection open(Try now) throws IOException {
    Attempt attempt = now.attempt;
    boolean output = outputWanted || settings.template().getDoOutput();
    if (attempt == null || call == null) {
      return settings.open(new URL(url, url.toExternalForm()), settings.proxy(), method, output);
    }
    ClientTls tls = attempt.tls();
    boolean encrypted =
        tls != null
            || (url.getProtocol().equals("https") && attempt.endpoint().tls() == EndpointTls.APP);
    String logical =
        (encrypted ? "https" : "http") + "://" + attempt.authority() + attempt.target();
    URL wire = new URL(url, logical);
    // The library need not ask for a proxy: by one, no call of the mesh goes.
    HttpURLConnection connection = settings.open(wire, Proxy.NO_PROXY, method, output);
    if (connection instanceof HttpsURLConnection https) {
      settings.aimTls(https, attempt.endpoint(), tls);
      now.aim = new Aim(wire, null);
    } else {
      now.aim =
          new Aim(
              wire, new URL(wire, "http://" + attempt.endpoint().authority() + attempt.target()));
    }
    limitConnectTime(connection, attempt, call);
    now.aim.within(
        () -> {
          now.aim.editHeaders(() -> attempt.editRequest(new PropertyEditor(connection)));
          return connection;
        });
    return connection;
  }

  // A thread that connects cannot be woken: no longer, then, than the call has left.
  private static void limitConnectTime(
      HttpURLConnection connection, Attempt attempt, OutboundCall call) {
    long limit = connection.getConnectTimeout();
    limit = sooner(limit, attempt.connectTimeoutNanos());
    limit = sooner(limit, call.perTryTimeoutNanos());
    if (call.isBounded()) {
      limit = sooner(limit, Math.max(1, call.deadlineNanos() - System.nanoTime()));
    }
    connection.setConnectTimeout((int) Math.min(Integer.MAX_VALUE, limit));
  }

  private static long sooner(long millis, long nanos) {
    if (nanos <= 0) {
      return millis;
    }
    long other = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
    return millis == 0 ? other : Math.min(millis, other);
  }

  private void ask(Try now) {
    HttpURLConnection connection = now.connection;
    if (connection == null) {
      throw new IllegalStateException("not connected");
    }
    now.asked = true;
    try {
      int status =
          now.aim.within(
              () -> {
                if (body != null && body.isKept()) {
                  OutputStream out = connection.getOutputStream();
                  body.writeTo(out);
                  out.close();
                }
                sent(now);
                return connection.getResponseCode();
              });
      if (now.progress == null) {
        answer = new ReceivedAnswer(connection, null, null);
      } else {
        now.progress.head(new ReceivedHead(status, connection));
      }
    } catch (IOException e) {
      failed(now, meaning(now, e), e);
    } catch (RuntimeException e) {
      failed(now, Failure.APPLICATION, e);
    }
  }

  private static void sent(Try now) {
    now.sent = true;
    if (now.progress != null) {
      now.progress.sent();
    }
  }

  private static Failure meaning(Try now, IOException why) {
    if (isMisuse(why)) {
      return Failure.APPLICATION;
    }
    if (!now.sent) {
      return Failure.CONNECT;
    }
    if (why instanceof SocketTimeoutException) {
      return Failure.TIMEOUT;
    }
    return now.aim.wasReused() ? Failure.STALE_CONNECTION : Failure.RESET;
  }

  private static boolean isMisuse(IOException why) {
    return why instanceof ProtocolException
        || why instanceof HttpRetryException
        || why instanceof MalformedURLException;
  }

  private void failed(Try now, Failure why, Throwable thrown) {
    now.asked = true;
    if (now.progress == null) {
      failure = thrown;
    } else {
      now.progress.failed(why, thrown);
    }
  }

  // Where a body goes that is not kept

  @Override
  public @Nullable OutputStream open() throws IOException {
    run(false);
    rethrow();
    Try now = current;
    if (answer != null || now == null || now.connection == null) {
      return null;
    }
    HttpURLConnection connection = now.connection;
    sent(now);
    return now.aim.within(connection::getOutputStream);
  }

  @Override
  public void failed(IOException why) {
    Try now = current;
    if (now != null) {
      failed(now, meaning(now, why), why);
    }
  }

  // As the call decides: on any thread

  @Override
  public void send(Attempt attempt, AttemptProgress progress) {
    post(() -> current = new Try(url, attempt, progress));
  }

  @Override
  public void cancel(Attempt attempt) {
    post(
        () -> {
          Try now = current;
          if (now != null && now.attempt == attempt) {
            current = null;
          }
        });
    Try now = current;
    if (now != null && now.attempt == attempt) {
      now.cancelled = true;
      if (now.connection != null) {
        now.connection.disconnect();
      }
    }
  }

  @Override
  public void commit(Attempt attempt) {
    post(
        () -> {
          Try now = current;
          if (now != null && now.connection != null && now.progress != null) {
            show(new ReceivedAnswer(now.connection, attempt, now.progress), now.progress);
          }
        });
  }

  private void show(ReceivedAnswer received, AttemptProgress progress) {
    answer = received;
    try {
      if (received.isBodiless(method)) {
        progress.end(-1);
      }
    } catch (IOException e) {
      progress.failed(Failure.RESET, e);
    }
  }

  @Override
  public void breakOff(Attempt attempt, MeshAnswer why) {
    Try now = current;
    if (now != null && now.connection != null) {
      now.connection.disconnect();
    }
  }

  @Override
  public void answer(MeshAnswer given) {
    post(() -> answer = new OwnAnswer(url, method, given));
  }

  @Override
  public void rethrow(Attempt attempt, Throwable thrown) {
    post(() -> failure = thrown);
  }

  @Override
  public void passThrough() {
    post(() -> current = new Try(url, null, null));
  }

  // The request as the mesh sees it

  @Override
  public Protocol protocol() {
    return Protocol.HTTP;
  }

  @Override
  public String scheme() {
    return url.getProtocol();
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    String file = url.getFile();
    return file.startsWith("/") ? file : "/" + file;
  }

  @Override
  public String authority() {
    int port = url.getPort();
    return port < 0 || port == url.getDefaultPort() ? url.getHost() : url.getHost() + ":" + port;
  }

  @Override
  public String header(String name) {
    return settings.property(name);
  }

  @Override
  public boolean replayable() {
    RequestBody known = body;
    return known == null || known.isKept();
  }

  /** Puts headers on an attempt's connection. */
  private record PropertyEditor(HttpURLConnection connection) implements HeaderEditor {
    @Override
    public void set(String name, String value) {
      connection.setRequestProperty(name, value);
    }

    @Override
    public void add(String name, String value) {
      connection.addRequestProperty(name, value);
    }

    @Override
    public void remove(String name) {
      // The library leaves out a header whose value is null.
      connection.setRequestProperty(name, null);
    }
  }
}
