package io.weft.it.contract.app;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.CookieManager;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls with java.net.http. */
final class HttpClientCaller implements ClientApp.Caller {
  private final boolean async;
  private final HttpClient following;
  private final HttpClient plain;
  private final HttpClient counted;
  private final HttpClient known;
  private final AtomicInteger tasks = new AtomicInteger();
  private final Map<String, CompletableFuture<Void>> givenUp = new ConcurrentHashMap<>();

  HttpClientCaller(Version version, boolean async) {
    this.async = async;
    this.following =
        HttpClient.newBuilder().version(version).followRedirects(Redirect.NORMAL).build();
    this.plain = HttpClient.newBuilder().version(version).build();
    this.known = known(version);
    ExecutorService threads = Threads.perTask();
    this.counted =
        HttpClient.newBuilder()
            .version(version)
            .executor(
                task -> {
                  tasks.incrementAndGet();
                  threads.execute(task);
                })
            .build();
  }

  @Override
  public void call(Map<String, String> call, Map<String, String> answer) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(call.get("url"))).method(call.get("method"), body(call));
    call.forEach(
        (name, value) -> {
          if (name.equals("header.Expect")) {
            request.expectContinue(true);
          } else if (name.startsWith("header.")) {
            request.header(name.substring("header.".length()), value);
          }
        });
    if (call.containsKey("timeout")) {
      request.timeout(Duration.ofMillis(Long.parseLong(call.get("timeout"))));
    }
    HttpClient client =
        call.containsKey("tasks")
            ? counted
            : call.containsKey("known")
                ? known
                : "false".equals(call.get("follow")) ? plain : following;
    int done = tasks.get();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getTotalStartedThreadCount();
    HttpResponse<InputStream> response =
        async
            ? sendAsync(client, request.build(), call.get("id")).get()
            : client.send(request.build(), BodyHandlers.ofInputStream());
    if (call.containsKey("threads")) {
      answer.put("threads", Long.toString(threads.getTotalStartedThreadCount() - before));
    }
    answer.put("status", Integer.toString(response.statusCode()));
    answer.put("url", response.uri().toString());
    answer.put("version", response.version().toString());
    response
        .headers()
        .map()
        .forEach((name, values) -> answer.put("header." + name, String.join(",", values)));
    ClientApp.read(response.body(), call, answer);
    answer.put("tasks", Integer.toString(tasks.get() - done));
  }

  // One made while the JVM has nobody to ask for a proxy asks nobody.
  private static HttpClient known(Version version) {
    ProxySelector usual = ProxySelector.getDefault();
    ProxySelector.setDefault(null);
    try {
      return HttpClient.newBuilder()
          .version(version)
          .authenticator(ClientApp.AUTHENTICATOR)
          .cookieHandler(new CookieManager())
          .build();
    } finally {
      ProxySelector.setDefault(usual);
    }
  }

  private CompletableFuture<HttpResponse<InputStream>> sendAsync(
      HttpClient client, HttpRequest request, String id) {
    CompletableFuture<HttpResponse<InputStream>> sent =
        client.sendAsync(request, BodyHandlers.ofInputStream());
    var unused = givenUp(id).thenRun(() -> sent.cancel(true));
    return sent.whenComplete((response, thrown) -> givenUp.remove(id));
  }

  @Override
  public void cancel(String id) {
    givenUp(id).complete(null);
  }

  // Its server may tell of a call before the library has returned it.
  private CompletableFuture<Void> givenUp(String id) {
    return givenUp.computeIfAbsent(id, call -> new CompletableFuture<>());
  }

  private static BodyPublisher body(Map<String, String> call) {
    if (!call.containsKey("size")) {
      return BodyPublishers.noBody();
    }
    byte[] body = ClientApp.body(call);
    return switch (call.get("mode")) {
      case "chunked" -> BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
      default -> BodyPublishers.ofByteArray(body);
    };
  }
}
